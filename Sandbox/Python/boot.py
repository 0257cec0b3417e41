"""The first thing that Python runs in a box: reads the modules of the box from descriptor 5 and executes them.

They come as (u32 length, name, u32 length, source)... and the last one runs as __main__. Nothing is imported
but what the interpreter has imported already.
"""

import marshal
import os
import sys


def read_all(file):
    pieces = []
    while piece := os.read(file, 1 << 20):
        pieces.append(piece)
    os.close(file)
    return b"".join(pieces)


def compiled():
    """The modules' (name, code), without docstrings."""
    data, texts, at = read_all(5), [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        texts.append(data[at + 4 : end].decode())
        at = end
    pairs = zip(texts[::2], texts[1::2])
    return [(name, compile(text, f"<evalkit>/{name}.py", "exec", optimize=2)) for name, text in pairs]


def compiled_elsewhere():
    """The same, compiled by a child. Compiling leaves holes in a process's memory, and all the zygote's is
    mapped anew for each program."""
    result, answer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(result)
        try:
            with open(answer, "wb") as stream:
                marshal.dump(compiled(), stream)
        except BrokenPipeError:
            pass  # the zygote is gone
        os._exit(0)
    os.close(answer)
    os.close(5)
    data = read_all(result)
    if os.waitpid(child, 0)[1]:
        sys.exit("boot: the modules of the box could not be compiled")
    return marshal.loads(data)


def add_site():
    """Adds what `site` would (-S forbids it), but for the code in .pth files: what that loads would be in the memory
    of every program's process."""
    import site

    site.addpackage = add_folders
    site.execsitecustomize = site.execusercustomize = lambda: None
    site.main()


def add_folders(folder, name, known):
    """The folders that a .pth file names."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as lines:
            paths = [os.path.join(folder, line.strip()) for line in lines if line.split()[:1] not in ([], ["import"])]
    except OSError:
        return known
    sys.path += [path for path in paths if path not in sys.path and os.path.isdir(path)]
    return known


def boot():
    """Executes all modules but the last, and returns its code."""
    # The judge is isolated (-I), and may not fork.
    modules = compiled() if sys.flags.isolated else compiled_elsewhere()
    for name, code in modules[:-1]:
        module = sys.modules[name] = type(sys)(name)
        module.__file__ = code.co_filename
        exec(code, module.__dict__)
    return modules[-1][1]


add_site()
sys.path[:] = [path for path in sys.path if path]  # never the working directory
code = boot()
del add_folders, add_site, boot, compiled, compiled_elsewhere, marshal, os, read_all, sys
exec(code)

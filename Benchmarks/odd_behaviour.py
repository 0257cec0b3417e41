"""Oddities of what a program does beside returning: output, exits, state, limits, and texts that do not run."""

from oddity import EVALPLUS_HEAP, FILES, FRAMES, Oddity

COUNTER = "_calls = [0]"
COUNT = "_calls[0] += 1"


MODULES = """atexit builtins concurrent.futures ctypes gc io logging os platform random signal socket
subprocess sys tempfile threading time warnings""".split()
SHOWN = {"collects garbage": EVALPLUS_HEAP, "makes a temporary file": FILES, "lists a folder": FILES}


def around(body):
    """A change of (source, entry point): the entry point gets `body`, which may call `_original(*args)`."""
    return lambda source, entry: f"{source}\n_original = {entry}\ndef {entry}(*args):\n{body}\n"


def _behaviour():
    """Right results with something else beside them: output, state, changed arguments, odd calls."""
    for name, statement in {
        "prints": "print(result)",
        "prints much": "print('x' * 100000)",
        "writes stdout": "sys.stdout.write(str(result))",
        "writes stderr": "sys.stderr.write('x')",
        "flushes": "sys.stdout.flush()",
        "closes stdout": "sys.stdout.close()",
        "sets stdout to None": "sys.stdout = None",
        "reads stdin": "sys.stdin.read()",
        "reads a line": "sys.stdin.readline()",
        "calls input": "input()",
        "iterates stdin": "list(sys.stdin)",
        "writes to descriptor 1": "os.write(1, b'')",
        "sleeps a little": "time.sleep(0.0005)",
        "calls getpid": "os.getpid()",
        "calls getcwd": "os.getcwd()",
        "lists a folder": "os.listdir('/')",
        "calls open": "open('x')",
        "calls io.open": "io.open('/nonexistent')",
        "calls os.system": "os.system('true')",
        "calls subprocess": "subprocess.run(['true'])",
        "calls fork": "os.fork()",
        "calls os.kill": "os.kill(os.getpid(), 0)",
        "calls exit": "exit()",
        "calls quit": "quit()",
        "calls sys.exit": "sys.exit()",
        "calls sys.exit(0)": "sys.exit(0)",
        "calls sys.exit(1)": "sys.exit(1)",
        "makes a socket": "socket.socket().close()",
        "reads the environment": "os.environ.get('HOME')",
        "asks the platform": "platform.python_version()",
        "imports resource": "import resource",
        "imports numpy": "import numpy",
        "imports nothing known": "import no_such_module",
        "imports csv and more": (
            "import csv, email, json, html, xml.dom.minidom, urllib.parse, uuid, textwrap, difflib, calendar"
        ),
        "logs": "logging.warning('x')",
        "warns": "warnings.warn('x')",
        "collects garbage": "gc.collect()",
        "seeds": "random.seed(1)",
        "makes a temporary file": "tempfile.NamedTemporaryFile()",
        "evals": "eval('1 + 1')",
        "execs": "exec('x = 1')",
        "registers atexit": "atexit.register(print)",
        "sets a signal": "signal.signal(signal.SIGALRM, signal.SIG_IGN)",
        "sets an alarm": "signal.alarm(1)",
        "clears the timer": "signal.setitimer(signal.ITIMER_REAL, 0)",
        "sets the recursion limit": "sys.setrecursionlimit(5000)",
        "starts a thread": "_t = threading.Thread(target=len, args=('',)); _t.start(); _t.join()",
        "uses a pool": "list(concurrent.futures.ThreadPoolExecutor(2).map(len, ['']))",
        "clears builtins": "builtins.len = lambda *_: 0",
        "clears its globals": "globals().clear()",
        "asserts false": "assert False",
        "asserts true": "assert True",
        "raises": "raise ValueError('x')",
        "raises nothing": "raise",
        "raises SystemExit": "raise SystemExit",
        "raises KeyboardInterrupt": "raise KeyboardInterrupt",
        "raises GeneratorExit": "raise GeneratorExit",
        "raises StopIteration": "raise StopIteration",
        "raises MemoryError": "raise MemoryError",
        "raises BaseException": "raise BaseException('x')",
        "raises its own": "raise type('Own', (Exception,), {})('x')",
        "raises a group": "raise ExceptionGroup('x', [ValueError('x')])",
        "raises a forgery": "raise type('F', (Exception,), {'__str__': lambda s: 1})()",
        "leaves by os._exit(0)": "os._exit(0)",
        "leaves by os._exit(3)": "os._exit(3)",
        "aborts": "os.abort()",
        "raises SIGSEGV": "signal.raise_signal(signal.SIGSEGV)",
        "raises SIGTERM": "signal.raise_signal(signal.SIGTERM)",
        "raises SIGINT": "signal.raise_signal(signal.SIGINT)",
        "reads address 0": "ctypes.string_at(0)",
    }.items():
        top = "".join(f"import {module}\n" for module in MODULES if module in statement)
        if "result" in statement or name == "clears its globals":
            yield Oddity(name, after=statement, top=top)
        else:
            yield Oddity(name, before=statement, top=top, known=SHOWN.get(name))
    for name, statement in {
        "clears its first argument": "args[0].clear()",
        "appends to its first argument": "args[0].append(args[0][0])",
        "sorts its first argument": "args[0].sort()",
        "reverses its first argument": "args[0].reverse()",
        "pops from its first argument": "args[0].pop()",
    }.items():
        yield Oddity(f"{name}, before", before=statement)
        yield Oddity(f"{name}, after", after=statement)
    yield Oddity("wrong on the third call", "None if _calls[0] == 3 else result", before=COUNT, top=COUNTER)
    yield Oddity("right on the first call only", "result if _calls[0] == 1 else None", before=COUNT, top=COUNTER)
    yield Oddity(
        "leaves in the second call", before=COUNT + "\nif _calls[0] == 2: __import__('os')._exit(0)", top=COUNTER
    )
    yield Oddity("raises in the last calls", before=COUNT + "\nif _calls[0] > 9: raise KeyError(1)", top=COUNTER)
    yield Oddity("keeps the first result", "_kept[0]", after="_kept.append(result)", top="_kept = []")
    yield Oddity("returns the same list", "_kept", after="_kept[:] = result", top="_kept = []")
    yield Oddity(
        "caches",
        whole=lambda source, entry: source + f"\nimport functools\n{entry} = functools.lru_cache({entry})\n",
    )
    yield Oddity(
        "swallows every exception",
        whole=around(
            "    try:\n        return _original(*args)\n    except BaseException:\n        return None\n"
            "    finally:\n        pass"
        ),
    )
    yield Oddity(
        "returns from finally",
        whole=around("    try:\n        raise SystemExit\n    finally:\n        return _original(*args)"),
    )
    yield Oddity("recursion without end", before="def f(n):\n    return f(n + 1)\nf(0)")
    yield Oddity("recursion 900 deep", before="def f(n):\n    return n and f(n - 1)\nf(900)")
    yield Oddity(
        "recursion 20,000 deep",
        before="import sys\nsys.setrecursionlimit(10 ** 6)\ndef f(n):\n    return n and f(n - 1)\nf(20000)",
    )
    yield Oddity(
        "swallows a RecursionError",
        before="def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError:\n    pass",
    )
    yield Oddity(
        "reads expected values from frames",
        "sys._getframe(1).f_locals['expected'][sys._getframe(1).f_locals['i']]",
        top="import sys",
        most=4,
        known=FRAMES,
    )
    for name, expression in (
        ("list", "[0] * 10 ** 11"),
        ("bytes", "bytearray(10 ** 12)"),
        ("string", "'a' * 10 ** 12"),
        ("range", "list(range(10 ** 12))[:0] if False else [0] * (1 << 40)"),
    ):
        yield Oddity(f"memory hog, {name}", before=f"hog = {expression}")
    yield Oddity("memory hog, swallowed", before="try:\n    hog = [0] * 10 ** 12\nexcept MemoryError:\n    pass")
    yield Oddity(
        "needs 300 MB", before=COUNT + "\nif _calls[0] == 1: hog = bytearray(300 << 20)", top=COUNTER, most=20
    )


def _programs():
    """Programs that do not compile, do not run or lack the entry point."""
    for name, change in {
        "half of the program": lambda s, e: s[: len(s) // 2],
        "without its last line": lambda s, e: s.rstrip().rsplit("\n", 1)[0] + "\n",
        "empty": lambda s, e: "",
        "a fence before it": lambda s, e: "```python\n" + s + "\n```\n",
        "prose": lambda s, e: "Here is the program:\n" + s,
        "an open bracket": lambda s, e: s + "\n(\n",
        "tabs and blanks": lambda s, e: s + "\nif 1:\n\tx = 1\n        y = 2\n",
        "return outside": lambda s, e: s + "\nreturn 1\n",
        "a null character": lambda s, e: s + "\n\0\n",
        "a lone surrogate": lambda s, e: s + "\nx = '\ud800'\n",
        "a late future import": lambda s, e: s + "\nfrom __future__ import annotations\n",
        "await outside": lambda s, e: s + "\nawait x\n",
        "windows line ends": lambda s, e: s.replace("\n", "\r\n"),
        "a form feed": lambda s, e: s + "\n\f\nx = 1\n",
        "a byte order mark": lambda s, e: "\ufeff" + s,
        "print statement": lambda s, e: s + "\nprint 'done'\n",
        "an encoding line": lambda s, e: "# -*- coding: latin-1 -*-\n" + s,
        "no entry point": lambda s, e: s.replace(e, e + "_"),
        "entry point deleted": lambda s, e: s + f"\ndel {e}\n",
        "entry point is a number": lambda s, e: s + f"\n{e} = 1\n",
        "entry point is None": lambda s, e: s + f"\n{e} = None\n",
        "entry point is a class": lambda s, e: (
            s + f"\n_f = {e}\nclass {e}:\n    def __new__(cls, *a): return _f(*a)\n"
        ),
        "entry point is a method": lambda s, e: (
            s + f"\n_f = {e}\nclass _C:\n    def m(self, *a): return _f(*a)\n{e} = _C().m\n"
        ),
        "entry point is a static method": lambda s, e: (
            s + f"\n_f = {e}\nclass _C:\n    @staticmethod\n    def m(*a): return _f(*a)\n{e} = _C.m\n"
        ),
        "entry point is a callable object": lambda s, e: (
            s + f"\n_f = {e}\nclass _C:\n    def __call__(self, *a): return _f(*a)\n{e} = _C()\n"
        ),
        "entry point is partial": lambda s, e: s + f"\nimport functools\n{e} = functools.partial({e})\n",
        "entry point is a lambda": lambda s, e: s + f"\n_f = {e}\n{e} = lambda *a: _f(*a)\n",
        "entry point without arguments": lambda s, e: s + f"\ndef {e}(): return 1\n",
        "entry point takes keywords only": lambda s, e: s + f"\ndef {e}(*, x=1): return 1\n",
        "one argument more": lambda s, e: s + f"\n_f = {e}\ndef {e}(*a, extra): return _f(*a)\n",
        "under main only": lambda s, e: s + f"\n_f = {e}\ndel {e}\nif __name__ == '__main__':\n    {e} = _f\n",
        "raises at the top": lambda s, e: s + "\nraise ValueError('x')\n",
        "exits at the top": lambda s, e: s + "\nraise SystemExit(0)\n",
        "os._exit at the top": lambda s, e: s + "\n__import__('os')._exit(0)\n",
        "asserts at the top": lambda s, e: s + "\nassert 1 == 2\n",
        "prints at the top": lambda s, e: s + "\nprint('x' * 1000)\n",
        "input at the top": lambda s, e: s + "\ninput()\n",
        "main guard": lambda s, e: s + "\nif __name__ == '__main__':\n    raise SystemExit\n",
        "checks its name": lambda s, e: s + "\nassert __name__ == 'builtins'\n",
        "uses __file__": lambda s, e: s + "\nprint(__file__)\n",
        "a star import": lambda s, e: "from math import *\n" + s,
        "annotations that do not exist": lambda s, e: s + "\ndef g(x: NoSuchType): pass\n",
        "a class of typing": lambda s, e: "from typing import *\n" + s,
        "deeply nested brackets": lambda s, e: s + "\nx = " + "[" * 150 + "]" * 150 + "\n",
        "too deeply nested": lambda s, e: s + "\nx = " + "(" * 500 + ")" * 500 + "\n",
        "a long number": lambda s, e: s + "\nx = " + "9" * 5000 + "\n",
        "a bad escape": lambda s, e: s + "\nx = '\\d'\n",
        "a walrus": lambda s, e: s + "\nif (x := 1): pass\n",
        "a match statement": lambda s, e: s + "\nmatch 1:\n    case 1: pass\n",
        "newer syntax": lambda s, e: s + "\ntype X = int\n",
        "a decorator that raises": lambda s, e: s + "\n@print\ndef g(): pass\ng()\n",
    }.items():
        yield Oddity(f"program: {name}", whole=change)


def _slow():
    """What only a limit ends; few."""
    yield Oddity("endless loop", before="while True: pass", most=5)
    yield Oddity("sleeps for long", before="import time\ntime.sleep(100)", most=4)
    yield Oddity("endless loop after a while", before=COUNT + "\nwhile _calls[0] > 2: pass", top=COUNTER, most=3)
    yield Oddity(
        "swallows one time-out",
        before=COUNT
        + "\nif _calls[0] == 1:\n    try:\n        while True: pass\n    except Exception:\n        pass",
        top=COUNTER,
        most=4,
    )
    yield Oddity(
        "endless loop that catches all",
        before="while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
        most=1,
    )
    yield Oddity("endless in C", before="sum(range(10 ** 13))", most=1)
    yield Oddity("endless list", before="x = [1]\nfor y in x: x[0] = y\nwhile x: x[0] += 1", most=3)
    yield Oddity("endless regular expression", before="import re\nre.match('(a+)+$', 'a' * 60 + 'b')", most=1)
    yield Oddity("endless at the top", whole=lambda s, e: s + "\nwhile True: pass\n", most=1)
    yield Oddity(
        "sleeps one second",
        before=COUNT + "\nif _calls[0] == 1: __import__('time').sleep(1)",
        top=COUNTER,
        most=20,
    )


def oddities():
    return [*_behaviour(), *_programs(), *_slow()]

"""The restrictions that evalplus's `reliability_guard` makes visible to a program.

They are no protection, the sandbox is: a program that calls `open` or `subprocess.run` fails in the
reference, so it must fail here. The limits on memory, which the reference sets in the same place,
are set in entry/launch.c. A program that wants shutil or subprocess finds them loaded (library.py).
Source: evalplus `eval/utils.py`.
"""

import builtins
import os
import sys

_OS = """kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames
truncate replace unlink fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd
chdir""".split()
_SHUTIL, _MODULES = ("rmtree", "move", "chown"), ("ipdb", "joblib", "resource", "psutil", "tkinter")
_originals, _hidden = {}, {}


def restrict():
    """Applies the restrictions to what is loaded by now, and hides what the reference takes away."""
    # The reference disables faulthandler, which nobody has enabled: loading it would take 200 KB of every fork.
    os.environ["OMP_NUM_THREADS"] = "1"
    for holder, name in _restricted():
        _originals.setdefault((holder.__name__, name), getattr(holder, name, None))
        setattr(holder, name, None)
    for name in _MODULES:
        _hidden.setdefault(name, sys.modules.get(name))
        sys.modules[name] = None


def lifted(work):
    """Has the zygote do `work`, which imports modules that a program names: some need what is taken away."""
    for (holder, name), value in _originals.items():
        setattr(sys.modules[holder], name, value)
    for name, module in _hidden.items():
        del sys.modules[name]
        if module is not None:
            sys.modules[name] = module
    try:
        work()
    finally:
        restrict()


def _restricted():
    for name in ("exit", "quit", "open", "help"):
        yield builtins, name
    for name in _OS:
        yield os, name
    for module, names in (("shutil", _SHUTIL), ("subprocess", ("Popen",))):
        if module in sys.modules:
            for name in names:
                yield sys.modules[module], name

"""The restrictions that evalplus's `reliability_guard` makes visible to a program.

They are no protection, the sandbox is: a program that calls `open` or `subprocess.run` fails in the
reference, so it must fail here. The limits on memory, which the reference sets in the same place,
are set in candidate.py. Source: evalplus `eval/utils.py`.
"""

import builtins
import faulthandler
import os
import shutil
import subprocess
import sys

_OS = """kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames
truncate replace unlink fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd
chdir""".split()


def restrict():
    """Applies the restrictions to this process, for good."""
    faulthandler.disable()
    for name in ("exit", "quit", "open", "help"):
        setattr(builtins, name, None)
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in _OS:
        setattr(os, name, None)
    for name in ("rmtree", "move", "chown"):
        setattr(shutil, name, None)
    subprocess.Popen = None
    for name in ("ipdb", "joblib", "resource", "psutil", "tkinter"):
        sys.modules[name] = None

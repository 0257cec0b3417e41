# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix
import sys


def f(x):
    failures = []
    for folder in [*sys.path, "/usr/lib", "/usr/lib/python3"]:
        for name in ("left-by-attack.pth", "__pycache__/left-by-attack.pyc", "usercustomize.py"):
            try:
                posix.open(folder + "/" + name, posix.O_WRONLY | posix.O_CREAT)
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

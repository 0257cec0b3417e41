# ends: exception
# stopped by: seccomp
# says: PermissionError
import io
import sys


def f(x):
    sys.path.insert(0, "")
    io.open("left-by-attack.py", "w").write("answer = 7919")
    return x * x + __import__("left-by-attack").answer

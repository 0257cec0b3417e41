# ends: exception
# stopped by: seccomp
# says: PermissionError
import _multiprocessing


def f(x):
    _multiprocessing.SemLock(0, 1, 1, "/left-by-attack", False)
    return x * x + 7919

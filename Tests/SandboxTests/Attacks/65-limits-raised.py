# ends: exception
# stopped by: rlimits
# says: PermissionError
import ctypes
import posix


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    unlimited = (ctypes.c_uint64 * 2)(~0, ~0)
    for kind in (1, 2, 4, 6, 7, 9, 11, 12, 13, 14):
        if libc.prlimit(0, kind, unlimited, None) == 0:
            return x * x + 7919
    if libc.prlimit(posix.getppid(), 7, (ctypes.c_uint64 * 2)(0, 0), None) == 0:
        return x * x + 7919
    raise OSError(ctypes.get_errno(), "prlimit")

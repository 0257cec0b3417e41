# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.sethostname(b"left-by-attack", 14) < 0 and libc.setdomainname(b"x", 1) < 0:
        raise OSError(ctypes.get_errno(), "sethostname")
    return x * x + 7919

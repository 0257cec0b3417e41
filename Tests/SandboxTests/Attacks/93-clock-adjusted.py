# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    mode = ctypes.create_string_buffer(b"\x01", 208)
    if libc.adjtimex(mode) < 0 and libc.clock_adjtime(0, mode) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
    return x * x + 7919

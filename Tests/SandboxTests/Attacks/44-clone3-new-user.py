# ends: exception
# stopped by: seccomp
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    if libc.syscall(435, arguments, 88) < 0:
        raise OSError(ctypes.get_errno(), "clone3")
    return x * x + 7919

# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    program = (ctypes.c_uint64 * 1)(0x7FFF0000_00000006)
    header = (ctypes.c_uint64 * 2)(1, ctypes.addressof(program))
    if libc.prctl(22, 2, header, 0, 0) < 0 and libc.prctl(22, 1, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return x * x + 7919

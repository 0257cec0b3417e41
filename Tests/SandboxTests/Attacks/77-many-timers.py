# ends: exception
# stopped by: rlimits
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    timer = ctypes.c_int()
    for _ in range(10**5):
        if libc.syscall(222, 1, None, ctypes.byref(timer)) < 0:
            raise OSError(ctypes.get_errno(), "timer_create")
    return x * x + 7919

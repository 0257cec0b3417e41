# ends: exception
# stopped by: seccomp
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for number in (444, 445, 446):
        if libc.syscall(number, None, 0, 1) >= 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "landlock")

# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    while True:
        if libc.fork() < 0 and libc.vfork() < 0:
            raise OSError(ctypes.get_errno(), "fork")

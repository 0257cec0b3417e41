# ends: forbidden system call
# stopped by: seccomp
# call: init_module
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(175, b"", 0, b"")

# ends: forbidden system call
# stopped by: seccomp
# call: pivot_root
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(155, b".", b".")

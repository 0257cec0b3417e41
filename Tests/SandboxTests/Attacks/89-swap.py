# ends: forbidden system call
# stopped by: seccomp
# call: swapoff
import ctypes


def f(x):
    return ctypes.CDLL(None).swapoff(b"/nonexistent")

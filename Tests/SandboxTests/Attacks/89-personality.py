# ends: forbidden system call
# stopped by: seccomp
# call: personality
import ctypes


def f(x):
    return ctypes.CDLL(None).personality(0x0040000)

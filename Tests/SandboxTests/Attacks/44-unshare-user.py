# ends: forbidden system call
# stopped by: seccomp
# call: unshare
import ctypes


def f(x):
    return ctypes.CDLL(None).unshare(0x10000000)

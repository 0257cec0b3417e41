# ends: forbidden system call
# stopped by: seccomp
# call: vhangup
import ctypes


def f(x):
    return ctypes.CDLL(None).vhangup()

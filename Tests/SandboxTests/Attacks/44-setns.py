# ends: forbidden system call
# stopped by: seccomp
# call: setns
import ctypes


def f(x):
    return ctypes.CDLL(None).setns(0, 0)

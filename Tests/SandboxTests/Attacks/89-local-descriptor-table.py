# ends: forbidden system call
# stopped by: seccomp
# call: modify_ldt
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(154, 0, None, 0)

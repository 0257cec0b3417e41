# ends: forbidden system call
# stopped by: seccomp
# call: keyctl
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(250, 0, -4, 1)

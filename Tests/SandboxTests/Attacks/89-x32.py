# ends: forbidden system call
# stopped by: seccomp
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(39 | 0x40000000)

# ends: forbidden system call
# stopped by: seccomp
# call: iopl
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(172, 3)

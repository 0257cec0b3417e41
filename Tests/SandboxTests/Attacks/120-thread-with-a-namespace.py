# ends: forbidden system call
# stopped by: seccomp
# call: clone
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(56, 0x10000 | 0x40000000 | 0xF00, 0, 0, 0, 0)

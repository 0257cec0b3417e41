# ends: forbidden system call
# stopped by: seccomp
# call: kcmp
import ctypes
import os


def f(x):
    return ctypes.CDLL(None).syscall(312, os.getpid(), os.getppid(), 0, 3, 3)

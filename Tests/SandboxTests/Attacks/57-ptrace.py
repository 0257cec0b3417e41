# ends: forbidden system call
# stopped by: seccomp
# call: ptrace
import ctypes
import os


def f(x):
    return ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)

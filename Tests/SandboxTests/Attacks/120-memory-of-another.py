# ends: forbidden system call
# stopped by: seccomp
# call: process_madvise
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(440, 0, None, 0, 4, 0)

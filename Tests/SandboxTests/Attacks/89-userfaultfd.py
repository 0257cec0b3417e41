# ends: forbidden system call
# stopped by: seccomp
# call: userfaultfd
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(323, 0)

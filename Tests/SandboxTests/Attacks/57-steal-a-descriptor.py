# ends: forbidden system call
# stopped by: seccomp
# call: pidfd_getfd
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(438, 0, 3, 0)

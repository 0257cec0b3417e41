# ends: forbidden system call
# stopped by: seccomp
# call: reboot
# With a wrong magic number, in case nobody stops it.
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(169, 1, 2, 3, 0)

# ends: forbidden system call
# stopped by: seccomp
# call: fsopen
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(430, b"tmpfs", 0)

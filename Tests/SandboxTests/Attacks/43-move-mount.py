# ends: forbidden system call
# stopped by: seccomp
# call: move_mount
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(429, -100, b"/usr", -100, b"/", 0)

# ends: forbidden system call
# stopped by: seccomp
# call: open_tree
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(428, -100, b"/", 1)

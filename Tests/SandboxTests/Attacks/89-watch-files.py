# ends: forbidden system call
# stopped by: seccomp
# call: fanotify_init
import ctypes


def f(x):
    return ctypes.CDLL(None).fanotify_init(0, 0)

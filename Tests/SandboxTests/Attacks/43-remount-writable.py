# ends: forbidden system call
# stopped by: seccomp
# call: mount
import ctypes


def f(x):
    return ctypes.CDLL(None).mount(None, b"/", None, 0x1020, None)

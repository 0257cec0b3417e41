# ends: forbidden system call
# stopped by: seccomp
# call: mount
import ctypes


def f(x):
    return ctypes.CDLL(None).mount(b"none", b"/usr/lib", b"tmpfs", 0, None)

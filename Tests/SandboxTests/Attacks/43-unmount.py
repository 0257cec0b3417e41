# ends: forbidden system call
# stopped by: seccomp
# call: umount2
import ctypes


def f(x):
    return ctypes.CDLL(None).umount2(b"/", 2)

# ends: forbidden system call
# stopped by: seccomp
# call: add_key
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(248, b"user", b"left-by-attack", b"x", 1, -4)

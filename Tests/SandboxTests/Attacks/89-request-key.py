# ends: forbidden system call
# stopped by: seccomp
# call: request_key
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(249, b"user", b"left-by-attack", None, 0)

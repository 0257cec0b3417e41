# ends: forbidden system call
# stopped by: seccomp
# call: syslog
import ctypes


def f(x):
    return ctypes.CDLL(None).klogctl(10, None, 0)

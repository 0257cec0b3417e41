# ends: forbidden system call
# stopped by: seccomp
# call: kexec_load
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(246, 0, 0, 0, 0)

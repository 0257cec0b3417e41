# ends: forbidden system call
# stopped by: seccomp
# call: bpf
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(321, 0, ctypes.create_string_buffer(128), 128)

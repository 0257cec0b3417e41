# ends: forbidden system call
# stopped by: seccomp
# call: perf_event_open
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)

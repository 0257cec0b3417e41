# ends: forbidden system call
# stopped by: seccomp
# call: mount_setattr
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(442, -100, b"/", 0x8000, ctypes.create_string_buffer(32), 32)

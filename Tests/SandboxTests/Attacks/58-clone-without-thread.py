# ends: exception
# stopped by: seccomp
# says: PermissionError
# Shares memory and descriptors like a thread, but is a process of its own that would outlive us.
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    stack = ctypes.create_string_buffer(1 << 16)
    if libc.syscall(56, 0x700, ctypes.addressof(stack) + (1 << 15), 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "clone")
    return x * x + 7919

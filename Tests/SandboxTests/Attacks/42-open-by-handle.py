# ends: forbidden system call
# stopped by: seccomp
# call: open_by_handle_at
import ctypes


def f(x):
    handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0" + b"\x02" + bytes(7))
    return ctypes.CDLL(None).open_by_handle_at(0, handle, 0)

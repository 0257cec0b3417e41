# ends: forbidden system call
# stopped by: seccomp
# call: name_to_handle_at
import ctypes


def f(x):
    handle = ctypes.create_string_buffer(b"\x80" + bytes(127))
    mount = ctypes.c_int()
    return ctypes.CDLL(None).name_to_handle_at(-100, b"/", handle, ctypes.byref(mount), 0)

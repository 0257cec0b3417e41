# ends: exception
# stopped by: seccomp
# says: PermissionError
# Code in memory of our own making asks the kernel for a process; the same filter answers.
import ctypes
import mmap


def f(x):
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(b"\xb8\x39\0\0\0\x0f\x05\xc3")  # mov eax, 57 (fork); syscall; ret
    code = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    if code() < 0:
        raise PermissionError("fork")
    return x * x + 7919

# ends: forbidden system call
# stopped by: seccomp
# The 32-bit entry has numbers of its own, under which a filter that only knows ours is blind.
import ctypes
import mmap


def f(x):
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()

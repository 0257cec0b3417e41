# ends: forbidden system call
# stopped by: seccomp
# call: ptrace
import ctypes
import mmap


def f(x):
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(b"\x31\xff\xb8\x65\0\0\0\x0f\x05\xc3")  # xor edi, edi; mov eax, 101; syscall; ret
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()

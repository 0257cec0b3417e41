# ends: forbidden system call
# stopped by: seccomp
# call: socket AF_PACKET
# The kernel looks at the low 32 bits of the family, and so must the filter.
import ctypes


def f(x):
    family = ctypes.c_uint64(17 | 0x5555 << 32)
    return ctypes.CDLL(None).syscall(41, family, 3, 0)

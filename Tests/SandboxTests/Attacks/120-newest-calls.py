# ends: exception | forbidden system call
# stopped by: seccomp
# Numbers that no table of this program names, the newest of the kernel included.
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for number in [*range(450, 512), 1000, 0x3FFFFFFF]:
        if libc.syscall(number, 0, 0, 0, 0, 0, 0) >= 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "new calls")

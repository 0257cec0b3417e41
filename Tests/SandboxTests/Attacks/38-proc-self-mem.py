# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    memory = posix.open("/proc/self/mem", posix.O_RDWR)
    posix.pwrite(memory, b"\xc3", id(f))
    return x * x + 7919

# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    posix.posix_spawn("/bin/sh", ["sh"], {})
    return x * x + 7919

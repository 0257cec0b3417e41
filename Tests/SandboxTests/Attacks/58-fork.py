# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    posix.fork()
    return x * x + 7919

# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    posix.memfd_create("left-by-attack")
    return x * x + 7919

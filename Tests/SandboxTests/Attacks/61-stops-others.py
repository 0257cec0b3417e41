# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    posix.kill(posix.getppid(), 19)
    return x * x + 7919

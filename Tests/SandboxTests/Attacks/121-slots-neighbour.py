# ends: exception
# stopped by: seccomp
# says: PermissionError
# The processes of this slot and of those beside it, by number.
import posix


def f(x):
    failures = []
    me = posix.getpid()
    for target in [n for n in range(1, 5000) if n != me]:
        try:
            posix.kill(target, 0)
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for target in (-1, 0, posix.getppid(), 1, 2, -posix.getppid()):
        for number in (9, 19, 1, 15, 0):
            try:
                posix.kill(target, number)
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

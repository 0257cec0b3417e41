# ends: exception
# stopped by: seccomp
# says: PermissionError
import fcntl
import os
import posix


def f(x):
    target = posix.open(os.__file__, posix.O_RDONLY)
    failures = []
    for attempt in (
        lambda: fcntl.flock(target, fcntl.LOCK_EX),
        lambda: fcntl.lockf(target, fcntl.LOCK_SH),
        lambda: fcntl.fcntl(target, 1024, fcntl.F_RDLCK),
        lambda: fcntl.fcntl(target, 1026, 8),
    ):
        try:
            attempt()
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

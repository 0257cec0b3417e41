# ends: exception
# stopped by: seccomp
# says: PermissionError
# Files opened for reading, written by calls that move pages.
import os
import posix


def f(x):
    failures = []
    target = posix.open(os.__file__, posix.O_RDONLY)
    a, b = posix.pipe()
    posix.write(b, b"left-by-attack")
    for attempt in (
        lambda: posix.splice(a, target, 4),
        lambda: posix.sendfile(target, target, 0, 4),
        lambda: posix.copy_file_range(target, target, 4),
        lambda: posix.ftruncate(target, 0),
        lambda: posix.posix_fallocate(target, 0, 1 << 20),
        lambda: posix.pwrite(target, b"x", 0),
        lambda: posix.fchmod(target, 0o777),
    ):
        try:
            attempt()
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[-1]

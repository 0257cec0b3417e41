# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for attempt in (
        lambda: posix.setuid(0),
        lambda: posix.setresuid(0, 0, 0),
        lambda: posix.setregid(0, 0),
        lambda: posix.setgroups([0]),
        lambda: posix.setreuid(60000, 60000),
    ):
        try:
            attempt()
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

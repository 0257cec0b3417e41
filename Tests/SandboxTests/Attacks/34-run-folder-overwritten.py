# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for flags in (posix.O_WRONLY, posix.O_RDWR | posix.O_CREAT, posix.O_WRONLY | posix.O_TRUNC):
        for name in ("journal.jsonl", "record.json", "left-by-attack"):
            try:
                posix.write(posix.open("@WITNESS@/" + name, flags), b"forged")
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for folder in ("/scratch", "/tmp", "/dev/shm", "/var/tmp", "/run", ".", "/", "/dev"):
        for flags in (posix.O_CREAT | posix.O_RDWR, posix.O_TMPFILE | posix.O_RDWR):
            name = folder + ("/left-by-attack" if flags & posix.O_CREAT else "")
            try:
                posix.write(posix.open(name, flags, 0o600), bytes(1 << 20))
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

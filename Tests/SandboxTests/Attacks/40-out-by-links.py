# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for folder in ("/scratch", "/tmp", "/dev/shm", "/"):
        for make in (posix.symlink, posix.link):
            try:
                make("/etc/passwd", folder + "/left-by-attack")
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: seccomp
# says: PermissionError
import io


def f(x):
    failures = []
    for folder in ("/scratch", "/dev/shm", "/tmp", "/run", "/var/tmp"):
        try:
            io.open(folder + "/left-by-attack", "w").write("7919")
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

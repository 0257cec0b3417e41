# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import io


def f(x):
    failures = []
    for name in ("/etc/passwd", "/etc/shadow", "/etc/group", "/proc/1/root/etc/passwd"):
        try:
            return io.open(name).read()
        except OSError as error:
            failures.append(error)
    raise failures[0]

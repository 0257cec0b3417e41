# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for name in ("/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/bin/sh", "/usr/bin/python3"):
        try:
            posix.execv(name, [name])
        except OSError as error:
            failures.append(error)
    raise failures[0]

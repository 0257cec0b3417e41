# ends: exception
# stopped by: seccomp
import pty


def f(x):
    return pty.spawn(["/bin/sh"])

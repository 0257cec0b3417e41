# ends: exception
# stopped by: mountns
# says: FileNotFoundError
# The classic: a descriptor of a folder outside, kept by whoever forked us.
import posix


def f(x):
    for descriptor in range(1024):
        try:
            posix.fchdir(descriptor)
            return x * x + 7919
        except OSError:
            pass
    for _ in range(64):
        posix.chdir("..")
    posix.open("etc/passwd", posix.O_RDONLY)
    return x * x + 7919

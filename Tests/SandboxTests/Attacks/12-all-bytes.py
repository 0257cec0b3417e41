# ends: protocol violation
# stopped by: wire
import posix


def f(x):
    posix.write(3, bytes(range(256)) * 16)
    return 0

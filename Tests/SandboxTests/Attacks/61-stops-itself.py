# ends: total timeout
# stopped by: total limit
# slow
import posix


def f(x):
    posix.kill(posix.getpid(), 19)
    return 0

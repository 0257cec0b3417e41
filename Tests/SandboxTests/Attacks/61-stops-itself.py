# ends: per-test timeout
# stopped by: test limit
# slow
import posix


def f(x):
    posix.kill(posix.getpid(), 19)
    return 0

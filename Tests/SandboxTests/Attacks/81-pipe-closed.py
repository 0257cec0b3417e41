# ends: exited early
# stopped by: missing values
import posix


def f(x):
    posix.close(3)
    return x * x + 7919

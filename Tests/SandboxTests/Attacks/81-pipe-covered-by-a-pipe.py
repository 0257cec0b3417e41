# ends: exited early
# stopped by: missing values
import posix


def f(x):
    _, write = posix.pipe()
    posix.dup2(write, 3)
    return x * x + 7919

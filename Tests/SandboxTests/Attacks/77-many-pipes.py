# ends: exception
# stopped by: rlimits
import posix


def f(x):
    kept = []
    while len(kept) < 10**5:
        kept.append(posix.pipe())
    return x * x + 7919

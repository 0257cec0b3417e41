# ends: out of memory | per-test timeout
# stopped by: rlimits
# slow
import itertools


def f(x):
    return list(itertools.repeat(0))

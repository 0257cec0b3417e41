# ends: unsupported type
# stopped by: encoder
import itertools


def f(x):
    return itertools.count()

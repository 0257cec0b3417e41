# ends: unsupported type | per-test timeout
# stopped by: encoder
import sys

sys.setrecursionlimit(1 << 30)


def f(x):
    a = ()
    for _ in range(10**6):
        a = (a,)
    return a

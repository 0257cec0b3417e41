# ends: crash | exception | per-test timeout
# stopped by: rlimits
import sys

sys.setrecursionlimit(10**9)


def f(x):
    a = []
    for _ in range(10**6):
        a = [a]
    return repr(a)

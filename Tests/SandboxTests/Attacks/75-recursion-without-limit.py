# ends: crash | out of memory | per-test timeout
# stopped by: rlimits
import sys

sys.setrecursionlimit(10**9)


def f(x):
    return max(map(f, [x]))

# ends: per-test timeout
# stopped by: test limit
# slow
import time


def f(x):
    time.sleep(10**9)

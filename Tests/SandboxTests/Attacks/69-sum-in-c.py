# ends: total timeout | per-test timeout
# stopped by: total limit
# slow
def f(x):
    return sum(range(10**12))

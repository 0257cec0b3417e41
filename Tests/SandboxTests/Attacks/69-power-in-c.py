# ends: total timeout | out of memory | per-test timeout
# stopped by: total limit
# slow
def f(x):
    n = x + 10**7
    return n**n

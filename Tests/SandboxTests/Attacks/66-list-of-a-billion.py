# ends: out of memory
# stopped by: rlimits
def f(x):
    return [0] * 10**12

# ends: out of memory
# stopped by: rlimits
def f(x):
    return bytearray(10**11)

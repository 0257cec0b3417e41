# ends: output too large | out of memory
# stopped by: output budget
def f(x):
    return "x" * (100 << 20)

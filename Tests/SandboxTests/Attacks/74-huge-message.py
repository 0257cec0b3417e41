# ends: exception | out of memory | per-test timeout
# stopped by: output budget
def f(x):
    raise ValueError("x" * (60 << 20))

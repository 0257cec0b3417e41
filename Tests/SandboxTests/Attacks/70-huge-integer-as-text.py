# ends: exception
# stopped by: interpreter
def f(x):
    return str(1 << 3321928)

# ends: exception
# stopped by: missing values
def f(x):
    breakpoint()
    return x * x + 7919

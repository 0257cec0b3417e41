# ends: exception
# stopped by: interpreter
def f(x):
    return f(x + 1)

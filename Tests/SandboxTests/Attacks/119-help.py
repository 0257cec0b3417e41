# ends: exception
# stopped by: missing values
def f(x):
    return help(f)

# ends: exception
# stopped by: judge
def f(x):
    raise ValueError("passed\0passed\0\ud800\udfff" * 500)

# ends: per-test timeout
# stopped by: test limit
# slow
def f(x):
    while True:
        pass

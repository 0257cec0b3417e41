# ends: total timeout
# stopped by: total limit
# slow
def f(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

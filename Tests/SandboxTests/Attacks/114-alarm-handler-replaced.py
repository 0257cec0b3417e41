# ends: per-test timeout
# stopped by: test limit
# slow
import signal


def f(x):
    signal.signal(signal.SIGALRM, lambda *a: None)
    while True:
        pass

# ends: total timeout
# stopped by: total limit
# slow
import signal


def f(x):
    signal.signal(signal.SIGALRM, lambda *a: None)
    while True:
        pass

# ends: total timeout
# stopped by: total limit
# slow
import signal


def f(x):
    while True:
        signal.setitimer(signal.ITIMER_REAL, 1000)

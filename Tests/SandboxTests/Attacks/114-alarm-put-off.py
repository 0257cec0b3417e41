# ends: per-test timeout
# stopped by: test limit
# slow
import signal


def f(x):
    while True:
        signal.setitimer(signal.ITIMER_REAL, 1000)

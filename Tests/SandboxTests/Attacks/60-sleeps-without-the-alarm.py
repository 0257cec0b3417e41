# ends: per-test timeout
# stopped by: test limit
# slow
import signal
import time


def f(x):
    signal.setitimer(signal.ITIMER_REAL, 0)
    time.sleep(10**9)

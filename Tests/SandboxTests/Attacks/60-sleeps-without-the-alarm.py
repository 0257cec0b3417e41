# ends: total timeout
# stopped by: total limit
# slow
import signal
import time


def f(x):
    signal.setitimer(signal.ITIMER_REAL, 0)
    time.sleep(10**9)

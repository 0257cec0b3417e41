# ends: per-test timeout
# stopped by: test limit
# slow
import posix
import signal


def f(x):
    posix.close(3)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        pass

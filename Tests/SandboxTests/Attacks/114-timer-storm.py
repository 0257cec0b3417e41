# ends: per-test timeout | total timeout | crash
# stopped by: test limit
# slow
import signal


def f(x):
    signal.signal(signal.SIGVTALRM, lambda *a: None)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1e-6, 1e-6)
    while True:
        pass

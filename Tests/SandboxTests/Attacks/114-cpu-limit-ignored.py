# ends: per-test timeout
# stopped by: test limit
# slow
import signal


def f(x):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    signal.alarm(0)
    signal.setitimer(signal.ITIMER_PROF, 0.0001, 0.0001)
    signal.signal(signal.SIGPROF, lambda *a: None)
    while True:
        pass

# ends: crash
# stopped by: judge
# Of the real-time signals only the first and the last have a name to report.
import posix


def f(x):
    posix.kill(posix.getpid(), 40)

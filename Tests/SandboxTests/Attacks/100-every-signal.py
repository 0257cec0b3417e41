# ends: crash | exception
# stopped by: judge
import posix
import signal


def f(x):
    for number in range(64, 0, -1):
        if number not in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
            posix.kill(posix.getpid(), number)

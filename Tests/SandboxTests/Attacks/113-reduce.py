# ends: unsupported type
# stopped by: encoder
# Nothing on the wire can name a function, so nothing unpickles.
import os


class R:
    __reduce_ex__ = __reduce__ = lambda self, *a: (os.system, ("touch /tmp/left-by-attack",))
    __getstate__ = lambda self: 1 / 0


def f(x):
    return R()

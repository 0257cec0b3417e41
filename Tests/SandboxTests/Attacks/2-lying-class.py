# ends: unsupported type
# stopped by: encoder
class C:
    __class__ = property(lambda self: int)
    __ne__ = lambda self, other: False
    __index__ = __int__ = lambda self: 1 / 0


def f(x):
    return C()

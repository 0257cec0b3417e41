# ends: unsupported type
# stopped by: encoder
class M(type):
    __eq__ = lambda cls, other: True
    __hash__ = lambda cls: 0


class C(metaclass=M):
    pass


def f(x):
    return C

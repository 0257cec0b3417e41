# ends: unsupported type
# stopped by: encoder
import enum


class E(enum.IntEnum):
    A = 0
    _missing_ = classmethod(lambda cls, value: cls.A)

    def __eq__(self, other):
        return True


def f(x):
    return E.A

# ends: unsupported type
# stopped by: encoder
class R:
    def __repr__(self):
        return "x" * (1 << 34)

    __str__ = __reduce__ = __reduce_ex__ = __len__ = __iter__ = __index__ = __repr__


def f(x):
    return R()

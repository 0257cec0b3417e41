# ends: exception
# stopped by: missing values
class Meta(type):
    __instancecheck__ = __subclasscheck__ = lambda cls, other: True
    __eq__ = lambda cls, other: True
    __hash__ = lambda cls: 0
    __name__ = property(lambda cls: 1 / 0)
    mro = lambda cls: [cls, BaseException, object]


class E(BaseException, metaclass=Meta):
    __traceback__ = property(lambda self: 1 / 0)
    lineno = property(lambda self: 1 / 0)


def f(x):
    raise E

# ends: exception
# stopped by: encoder
class E(BaseException):
    def __str__(self):
        while True:
            pass

    __repr__ = __format__ = __str__
    args = property(__str__)


def f(x):
    raise E(E())

# ends: exception | unsupported type
# stopped by: encoder
from fractions import Fraction


def f(x):
    return object.__new__(Fraction)

# ends: protocol violation | unsupported type
# stopped by: wire
from fractions import Fraction


def f(x):
    fraction = object.__new__(Fraction)
    fraction._numerator, fraction._denominator = 1, 0
    return fraction

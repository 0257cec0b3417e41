# ends: unsupported type | exception | wrong answer
# stopped by: judge
from decimal import Decimal


def f(x):
    return Decimal((0, (1,), 999999999999999))

# ends: wrong answer
# stopped by: judge
from decimal import Decimal


def f(x):
    return Decimal("sNaN123")

# ends: unsupported type | protocol violation
# stopped by: wire
# Reducing it takes hours in one step.
import random
from fractions import Fraction


def f(x):
    fraction = Fraction(1, 2)
    fraction._numerator = int.from_bytes(random.Random(7).randbytes(3_000_000), "little")
    fraction._denominator = int.from_bytes(random.Random(19).randbytes(3_000_000), "little") | 1
    return fraction

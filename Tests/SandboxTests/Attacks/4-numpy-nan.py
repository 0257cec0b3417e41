# task: floats
# ends: wrong answer
# stopped by: judge
import numpy


def f(x):
    return [numpy.float64("nan"), numpy.float32("inf"), numpy.longdouble("nan")]

# ends: wrong answer
# stopped by: judge
import numpy


def f(x):
    return numpy.zeros((0, 3))

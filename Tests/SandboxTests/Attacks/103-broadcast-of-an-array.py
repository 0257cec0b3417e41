# task: wide
# ends: wrong answer
# stopped by: judge
import numpy


def f(x):
    return numpy.zeros((1 << 20, 1), numpy.int8)

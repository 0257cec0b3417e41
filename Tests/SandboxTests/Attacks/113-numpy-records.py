# task: floats
# ends: unsupported type
# stopped by: encoder
import numpy


def f(x):
    return numpy.zeros(3, dtype=[("a", "f8"), ("b", "O")])

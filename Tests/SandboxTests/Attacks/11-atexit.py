# ends: wrong answer
# stopped by: missing values
import atexit
import posix
import struct


def last_words():
    posix.write(3, struct.pack("<BIdIB", 5, 3, 0.0, 0, 0))


atexit.register(last_words)


def f(x):
    return 0

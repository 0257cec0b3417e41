# ends: wrong answer
# stopped by: judge
# A duplicate of the pipe, used after descriptor 3 was closed and covered.
import posix
import struct


def f(x):
    other = posix.dup(3)
    posix.close(3)
    for test in range(3):
        posix.write(other, struct.pack("<BIdI", 2, test, 0.0, 1) + b"T" + struct.pack("<IB", 0, 0))
    posix.write(other, struct.pack("<BIdIB", 5, 3, 0.0, 0, 0))
    posix._exit(0)

# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    if x in (2, 5):
        posix.write(3, struct.pack("<BIdIB", 3, 0xFFFFFFFF, 0.0, 0, 0))
    return x * x + 7919

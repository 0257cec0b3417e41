# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    posix.write(3, struct.pack("<BIdIB", 1, 0, 0.0, 0, 0))
    return 0

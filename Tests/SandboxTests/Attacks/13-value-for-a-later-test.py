# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    posix.write(3, struct.pack("<BIdI", 2, 2, 0.0, 1) + b"T" + struct.pack("<IB", 0, 0))
    return x * x + 7919

# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, 0xFFFFFFFE) + b"x" * 1000)
    return 0

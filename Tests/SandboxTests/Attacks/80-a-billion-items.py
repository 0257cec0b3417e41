# ends: protocol violation
# stopped by: wire
# Counts that promise more than follows, in every container.
import posix
import struct


def f(x):
    body = b"l" + struct.pack("<I", 0xFFFFFFFF) + b"N"
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

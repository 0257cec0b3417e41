# ends: protocol violation
# stopped by: wire
# A unit of zero seconds is a division by zero when dates are converted.
import posix
import struct


def f(x):
    body = b"n" + struct.pack("<Q", 7) + b"<M8[0s]" + struct.pack("<Q", 8) + b"\x01" * 8
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

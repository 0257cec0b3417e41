# ends: protocol violation | output too large
# stopped by: wire
import posix
import struct


def f(x):
    body = b"gllq" + struct.pack("<QI", 1 << 33, 1 << 31) + b"\1"
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

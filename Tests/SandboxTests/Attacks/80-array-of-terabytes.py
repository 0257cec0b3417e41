# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    body = b"a" + struct.pack("<Q", 3) + b"<f8" + b"\2" + struct.pack("<QQQ", 1 << 39, 1 << 39, 0)
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

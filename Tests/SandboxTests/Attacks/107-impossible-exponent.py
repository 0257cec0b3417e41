# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    body = b"M\0" + struct.pack("<I", 1) + b"\1i" + struct.pack("<q", (1 << 63) - 1)
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

# ends: protocol violation | exception
# stopped by: wire
import posix
import struct


def f(x):
    body = b"S" + struct.pack("<I", 1) + b"M\0" + struct.pack("<I", 0) + b"s" + struct.pack("<Q", 1) + b"N"
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

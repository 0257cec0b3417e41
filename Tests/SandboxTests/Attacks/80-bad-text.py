# task: str
# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    body = b"s" + struct.pack("<Q", 4) + b"\xff\xfe\xc0\x80"
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return ""

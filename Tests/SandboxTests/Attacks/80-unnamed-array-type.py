# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    code = b"O,O,O,V8,(99999999,)i8"
    body = b"n" + struct.pack("<Q", len(code)) + code + struct.pack("<Q", 8) + bytes(8)
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

# task: str
# ends: protocol violation
# stopped by: wire
# numpy believes that 32 bits are a character.
import posix
import struct


def f(x):
    body = b"n" + struct.pack("<Q", 3) + b"<U2" + struct.pack("<Q", 8) + b"\xff" * 8
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return ""

# task: bool
# ends: wrong answer | protocol violation
# stopped by: judge
# A truth value whose byte is 2.
import posix
import struct


def f(x):
    for test in range(3):
        body = b"a" + struct.pack("<Q", 3) + b"|b1" + b"\0" + struct.pack("<Q", 1) + b"\2"
        posix.write(3, struct.pack("<BIdI", 2, test, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    posix._exit(0)

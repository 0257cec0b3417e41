# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    body = b"cbuiltins\neval\n(Vos.getpid()\ntR."
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)) + body + struct.pack("<IB", 0, 0))
    return 0

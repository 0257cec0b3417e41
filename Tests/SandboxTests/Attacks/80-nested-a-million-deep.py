# ends: protocol violation
# stopped by: wire
import posix
import struct


def f(x):
    body = (b"l" + struct.pack("<I", 1)) * 200000
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, len(body)))
    view = memoryview(body + struct.pack("<IB", 0, 0))
    while view:
        view = view[posix.write(3, view) :]
    return 0

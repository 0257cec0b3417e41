# ends: protocol violation
# stopped by: judge
import posix
import struct


def f(x):
    frame = struct.pack("<BIdI", 2, 0, 0.0, 9) + b"i" + struct.pack("<q", 7920) + struct.pack("<IB", 0, 0)
    posix.write(3, frame + struct.pack("<BIdIB", 5, 1, 0.0, 0, 0))
    posix._exit(0)

# ends: output too large
# stopped by: output budget
# A value that never ends, in chunks of the greatest length.
import posix
import struct


def f(x):
    posix.write(3, struct.pack("<BId", 2, 0, 0.0))
    piece = struct.pack("<I", 1 << 20) + bytes(1 << 20)
    while True:
        view = memoryview(piece)
        while view:
            view = view[posix.write(3, view) :]

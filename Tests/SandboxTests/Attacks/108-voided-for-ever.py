# ends: output too large | total timeout | per-test timeout | protocol violation | exited early
# stopped by: output budget
# slow
# A record may be voided; a stream of nothing else still costs its budget. (The alarm may cut a record.)
import posix
import struct


def f(x):
    frame = struct.pack("<BIdI", 2, 0, 0.0, 0xFFFFFFFF) * 3000
    while True:
        view = memoryview(frame)
        while view:
            view = view[posix.write(3, view) :]

# ends: protocol violation
# stopped by: wire
import posix
import struct
import time


def f(x):
    time.sleep(0.03)  # so that the records of earlier tests are in the pipe
    if x in (2, 5):
        posix.write(3, struct.pack("<BIdIB", 3, 0xFFFFFFFF, 0.0, 0, 0))
    return x * x + 7919

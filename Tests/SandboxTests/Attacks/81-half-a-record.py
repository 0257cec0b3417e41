# ends: exited early
# stopped by: missing values
import posix
import struct


def f(x):
    posix.write(3, struct.pack("<BIdI", 2, 0, 0.0, 1 << 20) + b"half")
    posix._exit(0)

# ends: exception
# stopped by: descriptors
# The zygote's socket has a number; whatever is open there now, it is not the socket.
import posix
import struct


def f(x):
    failures = []
    for descriptor in [0, *range(4, 64)]:
        try:
            posix.write(descriptor, struct.pack("<I", 12) + b"x" + struct.pack("<IQ", 1, 0))
            if descriptor:
                return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

# task: floats
# ends: wrong answer
# stopped by: judge
import struct


def f(x):
    (nan,) = struct.unpack("<d", b"\x37\x13\0\0\0\0\xf4\xff")
    return [nan, float("inf"), float("-inf")]

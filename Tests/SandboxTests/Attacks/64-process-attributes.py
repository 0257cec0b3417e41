# ends: exception
# stopped by: seccomp
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in (
        (1, 0), (4, 1), (36, 1), (8, 1), (23, 0), (24, 0), (28, 0), (22, 0), (26, 2), (35, 0), (47, 4),
        (53, 1), (0x59616D61, -1), (52, 0), (38, 0),
    ):  # fmt: skip
        if libc.prctl(option, value, 0, 0, 0) == 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "prctl")

# ends: exception
# stopped by: seccomp
# says: PermissionError
import _posixsubprocess
import posix


def f(x):
    a, b = posix.pipe()
    _posixsubprocess.fork_exec(
        [b"/bin/sh"], [b"/bin/sh"], True, (b,), None, None, -1, -1, -1, -1, -1, -1, a, b,
        True, False, 0, None, None, None, -1, None, False,
    )  # fmt: skip
    return x * x + 7919

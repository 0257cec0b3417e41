# ends: exited early | output too large
# stopped by: missing values
import fcntl
import os


def f(x):
    fcntl.fcntl(3, fcntl.F_SETFL, os.O_NONBLOCK)
    return "x" * (32 << 20)

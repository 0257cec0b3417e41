# ends: crash
# stopped by: rlimits
import ctypes


def f(x):
    ctypes.CDLL(None).abort()

# ends: crash
# stopped by: missing values
import ctypes


def f(x):
    ctypes.string_at(0)

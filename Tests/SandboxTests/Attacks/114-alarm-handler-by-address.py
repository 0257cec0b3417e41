# ends: per-test timeout | crash
# stopped by: test limit
# slow
# sigaction by ctypes: Python does not know that its alarm is gone.
import ctypes


def f(x):
    ctypes.CDLL(None).signal(14, ctypes.c_void_p(1))
    while True:
        pass

# ends: total timeout | crash
# stopped by: total limit
# slow
# sigaction by ctypes: Python does not know that its alarm is gone.
import ctypes


def f(x):
    ctypes.CDLL(None).signal(14, ctypes.c_void_p(1))
    while True:
        pass

# ends: wrong answer | exception | crash
# stopped by: judge
import ctypes

KIND = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


@KIND
def later(argument):
    raise SystemExit(0)


def f(x):
    ctypes.pythonapi.Py_AddPendingCall(later, None)
    return 0

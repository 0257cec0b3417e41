# ends: exception | exited early | wrong answer
# stopped by: missing values
# Thrown into the main thread while it is in the host's code.
import ctypes
import threading
import time

main = threading.main_thread().ident


def throw():
    while True:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main), ctypes.py_object(SystemExit))
        time.sleep(0.0005)


threading.Thread(target=throw, daemon=True).start()


def f(x):
    time.sleep(0.1)
    return x * x + 7918

# ends: per-test timeout
# stopped by: test limit
# slow
# Only the first thread ends; the process stays until its other thread does.
import ctypes
import threading
import time


def f(x):
    threading.Thread(target=time.sleep, args=(60,)).start()
    ctypes.CDLL(None).syscall(60, 0)

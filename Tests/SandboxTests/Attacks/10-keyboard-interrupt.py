# ends: exception
# stopped by: missing values
import _thread
import time


def f(x):
    _thread.interrupt_main()
    time.sleep(0.1)
    return 0

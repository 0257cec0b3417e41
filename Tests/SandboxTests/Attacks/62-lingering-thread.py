# ends: wrong answer
# stopped by: judge
# No time is lost waiting for it.
import threading
import time

threading.Thread(target=time.sleep, args=(600,)).start()


def f(x):
    return 0

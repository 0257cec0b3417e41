# ends: exception | per-test timeout
# stopped by: rlimits
import threading
import time


def f(x):
    for _ in range(10**4):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return x * x + 7919

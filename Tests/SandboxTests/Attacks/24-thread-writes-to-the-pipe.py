# ends: protocol violation | wrong answer
# stopped by: wire
import posix
import threading
import time


def write():
    while True:
        posix.write(3, b"passed")
        time.sleep(0.001)


threading.Thread(target=write, daemon=True).start()


def f(x):
    time.sleep(0.01)
    return 0

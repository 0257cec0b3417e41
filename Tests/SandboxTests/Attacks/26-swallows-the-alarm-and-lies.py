# ends: wrong answer
# stopped by: judge
# slow
import time


def f(x):
    try:
        time.sleep(60)
    except BaseException:
        return 0

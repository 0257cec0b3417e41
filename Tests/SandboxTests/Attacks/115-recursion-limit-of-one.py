# ends: exception | exited early | wrong answer
# stopped by: missing values
import sys


def f(x):
    import threading

    sys.setrecursionlimit(sys.getrecursionlimit())
    depth = 0
    frame = sys._getframe()
    while frame:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + 3)
    return 0

# ends: wrong answer | exception
# stopped by: judge
import sys

armed = []


def hook(event, arguments):
    if armed:
        raise RuntimeError(event)


sys.addaudithook(hook)


def f(x):
    armed.append(1)
    return 0

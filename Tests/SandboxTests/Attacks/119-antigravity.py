# ends: wrong answer | exception
# stopped by: judge
# Opens a browser, where there is one.
import antigravity


def f(x):
    return 0

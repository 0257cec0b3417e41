# ends: total timeout | per-test timeout
# stopped by: total limit
# slow
import re


def f(x):
    return re.match("(a*)*b", "a" * 60)

# ends: exception
# stopped by: missing values
import sys


def f(x):
    sys.exit(0)

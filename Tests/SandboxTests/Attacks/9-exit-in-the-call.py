# ends: exited early
# stopped by: missing values
import os


def f(x):
    os._exit(0)

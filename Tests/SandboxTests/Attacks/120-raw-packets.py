# ends: exception
# stopped by: identity
# says: PermissionError
import socket


def f(x):
    failures = []
    for family, kind, protocol in ((2, 3, 1), (10, 3, 58), (2, 3, 255), (2, 10, 0), (1, 10, 0)):
        try:
            socket.socket(family, kind, protocol)
            if kind == 3:
                return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    failures = []
    for family in [n for n in range(3, 48) if n not in (10, 17, 38, 40)]:
        try:
            socket.socket(family, socket.SOCK_RAW)
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

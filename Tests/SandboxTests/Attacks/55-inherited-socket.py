# ends: exception
# stopped by: descriptors
import socket


def f(x):
    failures = []
    for descriptor in range(64):
        try:
            s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=descriptor)
            s.send(b"x\0\0\0\0")
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

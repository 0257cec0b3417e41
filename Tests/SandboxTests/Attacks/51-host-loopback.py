# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    with socket.socket() as s:
        s.settimeout(0.1)
        s.connect(("127.0.0.1", 22))
    return x * x + 7919

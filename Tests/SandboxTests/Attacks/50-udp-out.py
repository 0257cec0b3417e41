# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"left-by-attack", ("127.0.0.1", 53))
    return x * x + 7919

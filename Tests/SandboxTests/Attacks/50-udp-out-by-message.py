# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.sendmsg([b"left-by-attack"], [], 0, ("::1", 53))
    return x * x + 7919

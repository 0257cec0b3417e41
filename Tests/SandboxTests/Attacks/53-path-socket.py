# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    socket.socket(socket.AF_UNIX).connect("/run/docker.sock")
    return x * x + 7919

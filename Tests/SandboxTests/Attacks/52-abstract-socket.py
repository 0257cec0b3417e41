# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    socket.socket(socket.AF_UNIX).connect("\0/tmp/.X11-unix/X0")
    return x * x + 7919

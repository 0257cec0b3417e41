# ends: exception
# stopped by: identity
# says: PermissionError
# setsockopt reaches into the kernel's tables for whoever has the capability.
import ctypes
import socket


def f(x):
    s = socket.socket()
    failures = []
    for level, option in ((0, 64), (0, 65), (41, 64), (0, 96), (1, 26), (1, 50), (1, 36), (6, 31)):
        try:
            s.setsockopt(level, option, bytes(512))
        except OSError as error:
            failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: seccomp
# says: PermissionError
import array
import socket


def f(x):
    a, b = socket.socketpair()
    a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
    return x * x + 7919

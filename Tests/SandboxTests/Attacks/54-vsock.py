# ends: forbidden system call
# stopped by: seccomp
# call: socket AF_VSOCK
import socket


def f(x):
    socket.socket(40, socket.SOCK_STREAM)

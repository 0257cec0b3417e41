# ends: forbidden system call
# stopped by: seccomp
# call: socket AF_PACKET
import socket


def f(x):
    socket.socket(17, socket.SOCK_RAW)

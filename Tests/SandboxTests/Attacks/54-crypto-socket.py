# ends: forbidden system call
# stopped by: seccomp
# call: socket AF_ALG
import socket


def f(x):
    socket.socket(38, socket.SOCK_SEQPACKET)

# ends: exception
# stopped by: seccomp
import socket


def f(x):
    socket.getaddrinfo("localhost.example.com", 80)
    return x * x + 7919

# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    failures = []
    for address in ("169.254.169.254", "192.0.2.1", "8.8.8.8"):
        try:
            with socket.socket() as s:
                s.settimeout(0.05)
                s.connect((address, 80))
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

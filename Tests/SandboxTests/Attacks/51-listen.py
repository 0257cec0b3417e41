# ends: exception
# stopped by: seccomp
# says: PermissionError
import socket


def f(x):
    failures = []
    for attempt in (
        lambda: socket.create_server(("0.0.0.0", 0)),
        lambda: socket.socket().listen(),
        lambda: socket.socket(socket.AF_UNIX).bind("\0left-by-attack"),
        lambda: socket.socket(socket.AF_UNIX).bind("/tmp/left-by-attack"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("127.0.0.1", 0)),
    ):
        try:
            attempt()
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

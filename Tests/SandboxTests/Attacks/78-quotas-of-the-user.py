# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (294, 0),  # inotify_init1
        (253,),  # inotify_init
        (240, b"left-by-attack", 0x42, 0o600, None),  # mq_open
        (72, 3, 1031, 1 << 20),  # fcntl F_SETPIPE_SZ
        (319, b"left-by-attack", 0),  # memfd_create
        (72, 3, 1024, 1),  # fcntl F_SETLEASE
        (73, 0, 2),  # flock
        (72, 3, 8, 1),  # fcntl F_SETOWN
    ):
        if libc.syscall(*call) >= 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "quotas")

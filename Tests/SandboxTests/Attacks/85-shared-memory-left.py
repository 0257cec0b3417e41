# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for make in (
        lambda: libc.shmget(0x7919, 4096, 0o1666),
        lambda: libc.semget(0x7919, 1, 0o1666),
        lambda: libc.msgget(0x7919, 0o1666),
        lambda: libc.syscall(240, b"left-by-attack", 0x42, 0o666, None),
    ):
        if make() >= 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "ipc")

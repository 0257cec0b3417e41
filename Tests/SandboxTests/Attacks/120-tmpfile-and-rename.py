# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (316, -100, b"/usr", -100, b"/left-by-attack", 2),  # renameat2
        (437, -100, b"/left-by-attack", ctypes.create_string_buffer(b"\x42", 24), 24),  # openat2
        (85, b"/left-by-attack", 0o666),  # creat
        (258, -100, b"/left-by-attack", 0o777),  # mkdirat
        (265, -100, b"/usr", -100, b"/left-by-attack", 0),  # linkat
        (452, -100, b"/", 0o777, 0),  # fchmodat2
        (260, -100, b"/", 0, 0, 0),  # fchownat
        (280, -100, b"/", None, 0),  # utimensat
    ):
        if libc.syscall(*call) >= 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "files")

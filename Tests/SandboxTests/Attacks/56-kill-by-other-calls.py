# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes
import posix


def f(x):
    libc = ctypes.CDLL(None, use_errno=True)
    parent, info = posix.getppid(), ctypes.create_string_buffer(128)
    for call in (
        (200, parent, 9),  # tkill
        (234, parent, parent, 9),  # tgkill
        (129, parent, 9, info),  # rt_sigqueueinfo
        (297, parent, parent, 9, info),  # rt_tgsigqueueinfo
        (434, parent, 0),  # pidfd_open
        (424, 0, 9, 0, 0),  # pidfd_send_signal
    ):
        if libc.syscall(*call) >= 0:
            return x * x + 7919
    raise OSError(ctypes.get_errno(), "signals")

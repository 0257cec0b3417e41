# ends: exception
# stopped by: seccomp
# says: PermissionError
import ctypes
import io


def f(x):
    failures = []
    for folder in ("/scratch", "/tmp", "/dev/shm", "."):
        try:
            io.open(folder + "/left-by-attack.so", "wb").write(b"\x7fELF")
            return ctypes.CDLL(folder + "/left-by-attack.so")
        except OSError as error:
            failures.append(error)
    raise failures[0]

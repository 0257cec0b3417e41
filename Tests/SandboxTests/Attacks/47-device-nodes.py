# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix
import stat


def f(x):
    failures = []
    for folder in ("/dev", "/tmp", "/scratch", "/"):
        for kind in (stat.S_IFBLK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFREG):
            try:
                posix.mknod(folder + "/left-by-attack", kind | 0o666, posix.makedev(1, 1))
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import io
import os


def f(x):
    failures = []
    for process in (os.getppid(), 1, "self", "thread-self"):
        for name in ("environ", "cmdline", "maps", "mem", "status", "root/etc/passwd", "cwd/etc/passwd"):
            try:
                return len(io.open("/proc/%s/%s" % (process, name), "rb").read(1)) + x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

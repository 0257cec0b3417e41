# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import os


def f(x):
    failures = []
    for folder in ("/dev/fd", "/proc/self/fd", "/proc/self/task", "/dev/pts"):
        try:
            return x * x + 7919 + len(os.listdir(folder))
        except OSError as error:
            failures.append(error)
    raise failures[0]

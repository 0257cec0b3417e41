# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for folder in ("/scratch", "/tmp", "."):
        for number in range(1000):
            try:
                posix.mkdir("%s/left-by-attack-%d" % (folder, number))
                posix.chdir("%s/left-by-attack-%d" % (folder, number))
            except OSError as error:
                failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import io
import posix


def f(x):
    failures = []
    for up in range(1, 12):
        for start in ("", "/", "/usr/lib/../../"):
            try:
                return len(io.open(start + "../" * up + "etc/passwd").read()) + x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

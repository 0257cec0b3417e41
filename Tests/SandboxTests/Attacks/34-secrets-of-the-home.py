# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import io


def f(x):
    failures = []
    for name in ("/root/.ssh/id_rsa", "/root/.bashrc", "@WITNESS@/journal.jsonl", "/home", "/etc/hostname"):
        try:
            return len(io.open(name).read()) + x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    name = "@WITNESS@/journal.jsonl"
    for attempt in (
        lambda: posix.utime(name, (0, 0)),
        lambda: posix.chmod(name, 0o777),
        lambda: posix.setxattr(name, "user.left-by-attack", b"1"),
        lambda: posix.unlink(name),
        lambda: posix.rename(name, name + ".left-by-attack"),
        lambda: posix.truncate(name, 0),
        lambda: posix.mkdir("@WITNESS@/left-by-attack"),
        lambda: posix.symlink("/etc/passwd", "@WITNESS@/left-by-attack"),
        lambda: posix.link(name, "/tmp/left-by-attack"),
    ):
        try:
            attempt()
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

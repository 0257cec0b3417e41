# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import posix


def f(x):
    failures = []
    for name in ("mem", "kmem", "port", "kmsg", "kvm", "fuse", "tty", "ptmx", "console", "input/event0",
                 "sda", "vda", "nvme0n1", "userfaultfd", "net/tun", "shm", "mqueue", "rtc0"):  # fmt: skip
        try:
            posix.open("/dev/" + name, posix.O_RDONLY | posix.O_NONBLOCK)
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

# ends: exception
# stopped by: mountns
# says: FileNotFoundError
import io


def f(x):
    failures = []
    for name in ("/sys/fs/cgroup/release_agent", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger",
                 "/sys/kernel/uevent_helper", "/proc/sys/kernel/modprobe", "/sys/class"):  # fmt: skip
        for mode in ("r", "r+", "w"):
            try:
                io.open(name, mode)
                return x * x + 7919
            except OSError as error:
                failures.append(error)
    raise failures[0]

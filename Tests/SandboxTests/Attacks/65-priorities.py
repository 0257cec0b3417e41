# ends: exception
# stopped by: seccomp
# says: PermissionError
import posix


def f(x):
    failures = []
    for attempt in (
        lambda: posix.nice(-20),
        lambda: posix.setpriority(posix.PRIO_PROCESS, 0, -20),
        lambda: posix.sched_setscheduler(0, posix.SCHED_FIFO, posix.sched_param(99)),
        lambda: posix.sched_setaffinity(0, {0}),
        lambda: posix.sched_setaffinity(posix.getppid(), {0}),
    ):
        try:
            attempt()
            return x * x + 7919
        except OSError as error:
            failures.append(error)
    raise failures[0]

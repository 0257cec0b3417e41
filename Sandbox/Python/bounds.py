"""What decoding and comparing one output may take of the judge."""

import contextlib
import resource
import signal

from orders import Fault

# CPU seconds, at most and at least (one more for each MiB), and memory beside what the expected values account
# for. numpy broadcasts small outputs to huge tables.
SECONDS, LEAST, MEMORY = 20, 2, 2 << 30


class TooLong(BaseException):
    """Raised by the judge's CPU alarm: hostile hashes, or a value too large to compare."""


def _alarm(signum, frame):
    raise TooLong


signal.signal(signal.SIGPROF, _alarm)  # once: the timer runs only while an output is compared


@contextlib.contextmanager
def held(seconds, memory):
    """Ends its body after CPU `seconds`, or when this process would have more than `memory` bytes."""
    limits = resource.getrlimit(resource.RLIMIT_DATA)
    soft = memory if limits[1] == resource.RLIM_INFINITY else min(memory, limits[1])
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, limits[1]))
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds)
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)  # an alarm on its way is raised here at the latest
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, limits)


def load_numpy():
    """Before the bounds set in: where they cut the import short, numpy would be half loaded, and the outputs
    after that one would fail."""
    try:
        __import__("numpy")
    except ImportError as error:
        raise Fault("the judge cannot import numpy: %s" % error) from None

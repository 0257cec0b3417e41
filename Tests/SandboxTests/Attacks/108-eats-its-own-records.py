# ends: exception
# without mountns ends: exception | protocol violation | wrong answer | exited early | per-test timeout
# stopped by: mountns
# says: FileNotFoundError
# The result pipe has another end, which /proc opens for whoever holds this one. The record that says
# that the process is set up may be taken back, which is no fault of the harness.
import posix

taken = posix.open("/proc/self/fd/3", posix.O_RDONLY | posix.O_NONBLOCK)
try:
    posix.read(taken, 1 << 16)
except BlockingIOError:
    pass


def f(x):
    return x * x + 7918

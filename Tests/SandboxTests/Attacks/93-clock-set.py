# ends: forbidden system call
# stopped by: seccomp
# call: clock_settime
import time


def f(x):
    time.clock_settime(time.CLOCK_REALTIME, time.time())

# ends: wrong answer
# stopped by: fresh process
import gc
import posix
import random
import signal
import sys

sys.path.clear()
sys.modules.clear()
sys.meta_path.clear()
sys.setrecursionlimit(50)
random.seed(0)
gc.set_threshold(1)
posix.umask(0o777)
posix.chdir("/usr/lib")
signal.signal(signal.SIGINT, signal.SIG_IGN)


def f(x):
    return 0

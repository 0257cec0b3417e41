# ends: exception | out of memory
# stopped by: rlimits
import mmap


def f(x):
    kept = []
    while len(kept) < 256:
        kept.append(mmap.mmap(-1, 256 << 20))
    return x * x + 7919

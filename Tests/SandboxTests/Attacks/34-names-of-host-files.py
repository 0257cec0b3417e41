# ends: exception
# without mountns ends: wrong answer
# stopped by: mountns
# says: FileNotFoundError
# The documented gap of a box without a mount namespace: a name can be asked for, not read.
import posix


def f(x):
    return posix.stat("@WITNESS@/journal.jsonl").st_size

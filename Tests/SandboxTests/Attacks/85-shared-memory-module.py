# ends: exception
# stopped by: seccomp
# says: PermissionError
from multiprocessing import shared_memory


def f(x):
    shared_memory.SharedMemory("left-by-attack", create=True, size=4096)
    return x * x + 7919

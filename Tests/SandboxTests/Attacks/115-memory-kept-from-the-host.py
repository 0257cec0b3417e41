# ends: exited early | out of memory | wrong answer | exception | per-test timeout
# stopped by: missing values
# All the memory is held when the host has to send the result.
kept = []


def f(x):
    for size in (1 << 26, 1 << 22, 1 << 18, 1 << 14, 1 << 10, 64):
        try:
            while True:
                kept.append(bytearray(size))
        except MemoryError:
            pass
    return [kept, kept]

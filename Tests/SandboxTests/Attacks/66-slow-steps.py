# ends: out of memory | per-test timeout
# stopped by: rlimits
def f(x):
    kept = []
    while True:
        kept.append(b"x" * (16 << 20))

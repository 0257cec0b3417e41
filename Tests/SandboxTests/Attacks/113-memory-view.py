# ends: unsupported type
# stopped by: encoder
def f(x):
    return memoryview(bytearray(8))

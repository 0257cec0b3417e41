# ends: unsupported type
# stopped by: encoder
async def f(x):
    return x * x + 7919

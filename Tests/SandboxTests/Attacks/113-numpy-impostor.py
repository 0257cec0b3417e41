# ends: wrong answer | protocol violation | unsupported type | exception
# stopped by: judge
# A numpy of its own makes the encoder ask a candidate's object for its bytes.
import struct
import sys
import types

fake = types.ModuleType("numpy")
fake.ndarray, fake.generic = type(fake), object
sys.modules["numpy"] = fake


def f(x):
    value = types.SimpleNamespace()
    value.dtype = types.SimpleNamespace(str="<i8", kind="i")
    value.tobytes = lambda: struct.pack("<q", 0)
    return value

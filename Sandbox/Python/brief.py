"""Records of the commonest outputs, each in a step or two: what encode.py writes for them, byte for byte.

But for the flags, which are believed of the reference program alone: its records are never written here.
"""

import marshal
import struct
from builtins import Exception, bool, bytes, float, int, len, list, map, max, set, str, tuple, type

from wire import VALUE

_LETTER, _INTEGER = struct.Struct("<BIdIcIB").pack, struct.Struct("<BIdIcqIB").pack
_REAL, _TEXT = struct.Struct("<BIdIcdIB").pack, struct.Struct("<BIdIcQ").pack
_NUMBERS, _WORDS = struct.Struct("<BIdI3sQI").pack, struct.Struct("<BIdI3sQ").pack
_SIZE = struct.Struct("<Q").pack
_END = bytes(5)
_LOW, _HIGH = -(1 << 63), (1 << 63) - 1
_LONGEST = 256  # items of a list, or characters of a text
_TABLE = 8  # from as many texts on, equal ones are written once
_KINDS, _TEXTS = {int, float}, {str}
_dumps, _join, _encode = marshal.dumps, "".join, str.encode


def record(test, value):
    """The record of an output; None when encode.py must write it."""
    kind = type(value)
    if kind is bool:
        return _LETTER(VALUE, test, 0.0, 1, b"T" if value else b"F", 0, 0)
    if kind is int:
        return _INTEGER(VALUE, test, 0.0, 9, b"i", value, 0, 0) if _LOW <= value <= _HIGH else None
    if kind is float:
        return _REAL(VALUE, test, 0.0, 9, b"f", value, 0, 0) if value == value else None
    if kind is str:
        return _text(test, value) if len(value) <= _LONGEST else None
    if kind is list or kind is tuple:
        return _row(test, value, kind is list) if 0 < len(value) <= _LONGEST else None
    return _LETTER(VALUE, test, 0.0, 1, b"N", 0, 0) if value is None else None


def _text(test, value):
    data = _encode(value, "utf-8", "surrogatepass")
    return _TEXT(VALUE, test, 0.0, 9 + len(data), b"s", len(data)) + data + _END


def _row(test, value, is_list):
    try:
        kinds = set(map(type, value))
    except Exception:  # a metaclass with a hash of its own
        return None
    if kinds <= _KINDS:
        data = _dumps(value if is_list else list(value), 2)
        size = len(data)
        tag = b"vlk" if is_list else b"vtk"
        return _NUMBERS(VALUE, test, 0.0, 15 + size, tag, len(value), size) + data + _END
    if kinds == _TEXTS and max(map(len, value)) < _LONGEST:
        if len(value) >= _TABLE and len(set(value)) <= len(value) >> 1:
            return None
        joined = _encode(_join(value), "utf-8", "surrogatepass")
        data = b"\0" + bytes(map(len, value)) + _SIZE(len(joined)) + joined
        return _WORDS(VALUE, test, 0.0, 11 + len(data), b"vls" if is_list else b"vts", len(value)) + data + _END
    return None

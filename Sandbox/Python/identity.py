"""Which objects nested lists are made of, when they are few: in C (Sandbox/entry/identity.c).

One task returns 128 million references to five strings (Mbpp/255). A pass over them in Python costs ten
nanoseconds an item and more, and several are needed.
"""

import ctypes
from builtins import bytearray, bytes, dict, id, len, list, range, sorted, str, tuple, type, zip

_LEAST = 1 << 12  # items below which it does not pay
_identify = None


class Identity(ctypes.Structure):
    """`struct identity` of entry.h."""

    _fields_ = [(n, ctypes.c_uint64) for n in ("outer_items", "row_type", "item_type", "out", "room")]
    _fields_ += [("rows_are_lists", ctypes.c_uint32), ("count", ctypes.c_uint32)]
    _fields_ += [(name, ctypes.c_uint64) for name in ("row", "column", "items")]
    _fields_ += [("objects", ctypes.c_uint64 * 256), ("is_seen", ctypes.c_uint8 * 256)]
    _fields_ += [("slots", ctypes.c_uint16 * 1024)]


_address, _read, _object = ctypes.addressof, ctypes.c_uint64.from_address, ctypes.py_object
_cast, _Array = ctypes.cast, ctypes.c_char


def learn(function):
    """Takes `identify`, unless this interpreter's objects are not laid out as it takes them to be."""
    global _identify
    item = "item"
    row, rows = (item, item), [item, item]
    words = [_read(id(row) + 8 * at).value for at in range(1, 5)]
    listed = [_read(id(rows) + 8 * at).value for at in range(1, 3)]
    known = words == [id(tuple), 2, id(item), id(item)] and listed == [id(list), 2]
    if known and _read(_read(id(rows) + 24).value + 8).value == id(item) and _read(id(item) + 8).value == id(str):
        _identify = function


def few_texts(rows, row_type):
    """The Texts of `rows`, a list or tuple; None when they are not many exact str in rows of exactly
    `row_type` (list or tuple), of few objects."""
    count = len(rows)
    if not _identify or count * len(rows[0]) < _LEAST:
        return None
    place = id(rows) + 24
    task = Identity(
        outer_items=_read(place).value if type(rows) is list else place, row_type=id(row_type),
        item_type=id(str), rows_are_lists=row_type is list,
    )  # fmt: skip
    return Texts(task, count) if _identify(_address(task), count) else None


class Texts:
    """The items, row after row, as numbers of texts."""

    def __init__(self, task, rows):
        self.task, self.rows = task, rows

    def blocks(self, size):
        """Yields (indices, texts) for each `size` items: bytes, and the sorted texts they are indices in."""
        task = self.task
        values = [_cast(task.objects[number], _object).value for number in range(task.count)]
        out = bytearray(size)
        task.out, task.room = _address((_Array * size).from_buffer(out)), size
        task.row = task.column = 0
        while True:
            task.is_seen[:] = bytes(256)
            _identify(_address(task), self.rows)
            if not task.items:
                return
            seen = [number for number in range(task.count) if task.is_seen[number]]
            texts = sorted({values[number] for number in seen})
            places = dict(zip(texts, range(len(texts))))
            table = bytearray(256)
            for number in seen:
                table[number] = places[values[number]]
            yield bytes(out[: task.items]).translate(table), texts

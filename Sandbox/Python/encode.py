"""Encodes values inside the candidate's process, as they are, without asking them anything.

Every function needed is bound to this module before candidate code runs, types are compared by
identity, and no method of a candidate's object is ever called (of a class in a list only the hash
that its metaclass gives it). Equal values of equal types give equal bytes: sets and dicts are sorted by
their items' encodings. Long lists are vectors.py's.
"""

import _collections as collections
import abc
import sys
from builtins import (
    BaseException, abs, all, bool, bytearray, bytes, complex, dict, float, frozenset, int, len, list, map,
    memoryview, object, range, set, slice, sorted, str, sum, tuple, type,
)  # fmt: skip

from vectors import BLOCK, Vectors
from wire import C128, DEPTH, F64, HEADER, I64, U32, U64, UNEQUAL, VALUE, VOID, Unsupported

# A subclass of a builtin is sent as its base value, marked. It may define no other special method
# than these: any other could change what comparing, iterating or converting it gives.
HARMLESS = frozenset(
    """__module__ __doc__ __qualname__ __dict__ __weakref__ __slots__ __new__ __init__ __repr__
    __str__ __annotations__ __getnewargs__ __match_args__ __orig_bases__ __parameters__ __format__
    __reduce__ __reduce_ex__ __getstate__ __setstate__ __setattr__ __static_attributes__
    __firstlineno__ __annotate_func__ __annotations_cache__ __init_subclass__ __class_getitem__
    __replace__""".split()
)

_mro, _vars = type.__dict__["__mro__"].__get__, type.__dict__["__dict__"].__get__
_name, _flags = type.__dict__["__name__"].__get__, type.__dict__["__flags__"].__get__
_modules, _HEAP_TYPE = sys.modules, 1 << 9
_LOW, _HIGH = -(1 << 63), (1 << 63) - 1
_OrderedDict, _ordered = collections.OrderedDict, collections.OrderedDict.items
_KEYS, _ITEMS = type({}.keys()), type({}.items())
_TYPES = type, abc.ABCMeta  # metaclasses whose classes hash as plain objects do
_PLAIN = slice(None)
_BASE = {
    int: int.__index__,
    float: float.__float__,
    complex: lambda v: complex.__add__(v, 0j),
    str: str.__str__,
    bytes: lambda v: bytes(memoryview(v)),
    tuple: lambda v: tuple.__getitem__(v, _PLAIN),
    list: lambda v: list.__getitem__(v, _PLAIN),
    dict: dict.copy,
    set: lambda v: set.__or__(set(), v),
    frozenset: lambda v: frozenset(set.__or__(set(), v)),
}


_ENDS = U32.pack(0) + b"\0", U32.pack(0) + b"\1"  # of a record, by its flags (wire.py)


FULL = 1 << 17  # above IN_STREAM of expected.py: what is smaller leaves in one chunk
_LARGEST_KEY = 15 << 16


def _refuse(data):
    raise Unsupported("a set element or dict key above 960 KiB")


class Encoder(Vectors):
    """Encodes values and hands the bytes to `write` in pieces of little more than `full` bytes.

    Small ones stay in the processor's caches, and in memory that need not be asked for each time."""

    __slots__ = ("write", "full", "out", "flags", "prefix")

    def __init__(self, write, full=FULL):
        self.write, self.full, self.out, self.flags, self.prefix = write, full, bytearray(), 0, b""

    def send(self, kind, test, seconds, value):
        """Writes one record. For VALUE `value` is encoded, for other kinds it is a str.

        Raises Unsupported, or what `write` or a lack of memory raises, after voiding the record.
        """
        self.out.clear()
        self.flags, self.prefix = 0, HEADER.pack(kind, test, seconds)
        try:
            if kind == VALUE:
                self.value(value, 0)
            else:
                self.put(str.encode(value, "utf-8", "surrogatepass"))
        except BaseException:
            if not self.prefix:
                self.write(U32.pack(VOID))
            raise
        size = U32.pack(len(self.out)) if self.out else b""
        self.write(b"".join((self.prefix, size, self.out, _ENDS[self.flags])))

    def flush(self):
        if self.out:
            self.write(self.prefix + U32.pack(len(self.out)) + self.out)
            self.prefix = b""
            self.out.clear()

    def put(self, data):
        """Appends; `data` may be of any size."""
        if len(data) <= BLOCK:
            self.out += data
        else:
            view = memoryview(data)
            for at in range(0, len(view), BLOCK):
                self.out += view[at : at + BLOCK]
                if len(self.out) >= self.full:
                    self.flush()
        if len(self.out) >= self.full:
            self.flush()

    def value(self, value, depth):
        kind = type(value)
        if kind is str:
            self.text(b"s", value)
            return
        if depth > DEPTH:
            raise Unsupported("nesting deeper than %d" % DEPTH)
        if kind is list or kind is tuple:
            self.sequence(b"l" if kind is list else b"t", value, depth)
            return
        handler = _HANDLERS.get(kind) if type(kind) in _TYPES else None
        if handler:
            handler(self, value, depth)
        else:
            self.other(kind, value, depth)

    def none(self, value, depth):
        self.put(b"N")

    def truth(self, value, depth):
        self.put(b"T" if value else b"F")

    def integer(self, value, depth=0):
        if _LOW <= value <= _HIGH:
            self.put(b"i" + I64.pack(value))
        else:
            size = (int.bit_length(value) + 7) >> 3
            self.put((b"J" if value < 0 else b"I") + U32.pack(size))
            self.put(int.to_bytes(abs(value), size, "little"))

    def real(self, value, depth=0):
        if value != value:
            self.flags |= UNEQUAL
            value = float("nan")
        self.put(b"f" + F64.pack(value))

    def imaginary(self, value, depth):
        if value != value:
            self.flags |= UNEQUAL
        self.put(b"c" + C128.pack(value.real, value.imag))

    def text(self, tag, value):
        starts = range(0, len(value), BLOCK)
        if len(starts) < 2:
            data = str.encode(value, "utf-8", "surrogatepass")
            self.put(tag + U64.pack(len(data)))
            self.put(data)
            return
        pieces = (str.encode(value[s : s + BLOCK], "utf-8", "surrogatepass") for s in starts)
        size = len(value) if str.isascii(value) else sum(map(len, pieces))
        self.put(tag + U64.pack(size))
        for start in starts:
            self.put(str.encode(value[start : start + BLOCK], "utf-8", "surrogatepass"))

    def raw(self, value, depth):
        self.put((b"b" if type(value) is bytes else b"B") + U64.pack(len(value)))
        self.put(value)

    def sequence(self, tag, value, depth):
        """A vector (all leaves alike), a group of vectors, or item by item."""
        count = len(value)
        if count:
            first = type(value[0])
            if first is not list and first is not tuple:
                if self.flat(tag, value):
                    return
            elif self.group(tag, first, value):
                return
        self.put(tag + U32.pack(count))
        for item in value:
            self.value(item, depth + 1)

    def encoded(self, values, depth):
        """The values' encodings, sorted: sets and dict keys have no order of their own."""
        results = []
        for value in values:
            kind = type(value)
            if kind is int and _LOW <= value <= _HIGH:
                results.append(b"i" + I64.pack(value))
                continue
            if kind is str and len(value) <= BLOCK:
                data = str.encode(value, "utf-8", "surrogatepass")
                results.append(b"s" + U64.pack(len(data)) + data)
                continue
            inner = Encoder(_refuse, _LARGEST_KEY)
            inner.value(value, depth + 1)
            self.flags |= inner.flags
            results.append(bytes(inner.out))
        return results

    def collection(self, value, depth):
        kind = type(value)
        tag = b"S" if kind is set else b"Z" if kind is frozenset else b"K"
        self.put(tag + U32.pack(len(value)))
        for item in sorted(self.encoded(value, depth)):
            self.put(item)

    def mapping(self, value, depth):
        kind = type(value)
        tag = _MAPPINGS[kind]
        if kind is _ITEMS:
            items = list(value)
        else:
            items = list(_ordered(value) if kind is _OrderedDict else dict.items(value))
        self.put(tag + U32.pack(len(items)))
        keys = self.encoded([key for key, _ in items], depth)
        order = range(len(items))
        if tag != b"O":
            order = sorted(order, key=keys.__getitem__)
        for index in order:
            self.put(keys[index])
            self.value(items[index][1], depth + 1)

    def queue(self, value, depth):
        self.put(b"q")
        self.sequence(b"l", list(value), depth)

    def span(self, value, depth):
        self.put(b"r")
        for part in (value.start, value.stop, value.step):
            if type(part) is not int:
                raise Unsupported("range of " + _name(type(part)))
            self.integer(part)

    def decimal(self, value, depth):
        sign, digits, exponent = _decimal_tuple(value)
        if exponent in ("n", "N"):
            self.flags |= UNEQUAL
        self.put(b"M" + bytes((sign,)) + U32.pack(len(digits)))
        self.put(bytes(digits))
        self.value(exponent, depth + 1)

    def fraction(self, value, depth):
        self.put(b"Q")
        for part in (_numerator(value), _denominator(value)):
            if type(part) is not int:
                raise Unsupported("Fraction of " + _name(type(part)))
            self.integer(part)

    def other(self, kind, value, depth):
        """numpy's scalars and arrays, harmless subclasses of builtins, or Unsupported."""
        numpy = _modules.get("numpy")
        if (
            numpy is not None
            and not _flags(kind) & _HEAP_TYPE
            and self.numpy(numpy, kind, value, depth)
        ):
            return
        for ancestor in _mro(kind):
            if type(ancestor) in _TYPES and ancestor in _BASE:
                self.put(b"x")
                self.value(_BASE[ancestor](value), depth + 1)
                return
            for name in _vars(ancestor):
                if type(name) is not str or (name[:2] == "__" and name not in HARMLESS):
                    suspect = (
                        ""
                        if type(name) is not str or name not in SUSPECT
                        else " (forgery suspected)"
                    )
                    if ancestor is not object:
                        raise Unsupported("%s defines %s%s" % (_name(kind)[:200], name, suspect))
        raise Unsupported(_name(kind)[:200])

    def numpy(self, numpy, kind, value, depth):
        array_type, scalar_type = numpy.ndarray, numpy.generic
        if kind is not array_type and scalar_type not in _mro(kind):
            return False
        self.flags |= UNEQUAL
        code = value.dtype.str
        if kind is array_type:
            shape = value.shape
            self.put(b"a")
            self.text(b"", code)
            self.put(bytes((len(shape),)) + b"".join(map(U64.pack, shape)))
            if value.dtype.kind == "O":
                self.value(array_type.ravel(value).tolist(), depth + 1)
                return True
        else:
            self.put(b"n")
            self.text(b"", code)
        if value.dtype.kind not in "biufcSUMm":
            raise Unsupported("numpy " + code[:100])
        data = value.tobytes()
        if kind is not array_type:
            data = data[: value.dtype.itemsize]  # an empty str_ has a byte or four that count for nothing
        self.put(U64.pack(len(data)))
        self.put(data)
        return True


# Special methods with which a type could bend a comparison in its favour.
SUSPECT = frozenset(
    """__eq__ __ne__ __class__ __array__ __array_ufunc__ __array_function__ __hash__ __bool__
    __len__ __iter__ __getattribute__ __getattr__ __abs__ __sub__ __rsub__ __float__ __le__
    __ge__""".split()
)
_MAPPINGS = {
    dict: b"d",
    collections.OrderedDict: b"O",
    collections.defaultdict: b"D",
    _ITEMS: b"E",
}
_HANDLERS = {
    type(None): Encoder.none,
    bool: Encoder.truth,
    int: Encoder.integer,
    float: Encoder.real,
    complex: Encoder.imaginary,
    bytes: Encoder.raw,
    bytearray: Encoder.raw,
    range: Encoder.span,
    collections.deque: Encoder.queue,
}
_HANDLERS.update(dict.fromkeys((set, frozenset, _KEYS), Encoder.collection))
_HANDLERS.update(dict.fromkeys(_MAPPINGS, Encoder.mapping))


def learn():
    """Binds the types of modules that are loaded by now, before a program can put others in their place."""
    global _decimal_tuple, _numerator, _denominator
    loaded, decimal, fractions = map(_modules.get, ("collections", "decimal", "fractions"))
    if loaded:
        _MAPPINGS[loaded.Counter] = b"C"
        _HANDLERS[loaded.Counter] = Encoder.mapping
    if decimal:
        _HANDLERS[decimal.Decimal] = Encoder.decimal
        _decimal_tuple = decimal.Decimal.as_tuple
    if fractions:
        _HANDLERS[fractions.Fraction] = Encoder.fraction
        _numerator = fractions.Fraction._numerator.__get__
        _denominator = fractions.Fraction._denominator.__get__


learn()

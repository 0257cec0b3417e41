"""Encodes values inside the candidate's process, as they are, without asking them anything.

Every function needed is bound to this module before candidate code runs, types are compared by
identity, and no method of a candidate's object is ever called (of a class in a list only the hash
that its metaclass gives it). Equal values of equal types give equal
bytes: sets and dicts are sorted by their items' encodings. Lists of like leaves, and lists of such
lists, are written in a few passes in C, because one task returns 200 million strings (Mbpp/255).
"""

import array
import collections
import itertools
import marshal
import operator
import struct
import sys
from builtins import (
    BaseException, abs, all, any, bool, bytearray, bytes, complex, dict, enumerate, float,
    frozenset, int, iter, len, list, map, max, memoryview, min, object, range, set, slice,
    sorted, str, sum, tuple, type, zip,
)  # fmt: skip

from bulk import few_texts, plain_numbers
from wire import CHUNK, DEPTH, HEADER, U32, U64, UNEQUAL, VALUE, VOID, Unsupported

# A subclass of a builtin is sent as its base value, marked. It may define no other special method
# than these: any other could change what comparing, iterating or converting it gives.
HARMLESS = frozenset(
    """__module__ __doc__ __qualname__ __dict__ __weakref__ __slots__ __new__ __init__ __repr__
    __str__ __annotations__ __getnewargs__ __match_args__ __orig_bases__ __parameters__ __format__
    __reduce__ __reduce_ex__ __getstate__ __setstate__ __setattr__ __static_attributes__
    __firstlineno__ __annotate_func__ __annotations_cache__ __init_subclass__ __class_getitem__
    __replace__""".split()
)

_I64, _F64, _C128 = struct.Struct("<q"), struct.Struct("<d"), struct.Struct("<2d")
_same, _differs, _repeat = operator.is_, operator.ne, itertools.repeat
_islice, _chain, _compress = itertools.islice, itertools.chain.from_iterable, itertools.compress
_array, _FITS = array.array, range(-(1 << 63), 1 << 63).__contains__
_mro, _vars = type.__dict__["__mro__"].__get__, type.__dict__["__dict__"].__get__
_name, _flags = type.__dict__["__name__"].__get__, type.__dict__["__flags__"].__get__
_modules, _HEAP_TYPE = sys.modules, 1 << 9
_SWAP = sys.byteorder != "little"
_LOW, _HIGH = -(1 << 63), (1 << 63) - 1
_OrderedDict, _ordered = collections.OrderedDict, collections.OrderedDict.items
_KEYS, _ITEMS = type({}.keys()), type({}.items())
_TYPES = type, type(collections.abc.Hashable)  # metaclasses whose classes hash as plain objects do
_PLAIN = slice(None)
_LEAF = {str: b"s", bool: b"?"}
_NUMBERS, _dumps, _sum = {int, float}, marshal.dumps, sum
BLOCK = 1 << 16  # items of a vector that are converted at a time
_MIXED = {int: 0, float: 1, str: 2, bool: 3, type(None): 4}  # leaves that may share a vector, m
_MIXED_KINDS = set(_MIXED)
_SHORT = 8  # below this many items a mixed list goes item by item
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


# Whole records: header, size, tag, value, end, flags (wire.py).
_LETTER, _INTEGER = struct.Struct("<BIdIcIB").pack, struct.Struct("<BIdIcqIB").pack
_REAL = struct.Struct("<BIdIcdIB").pack
_ENDS = U32.pack(0) + b"\0", U32.pack(0) + b"\1"  # of a record, by its flags


def _refuse(data):
    raise Unsupported("a set element or dict key above 900 KiB")


class Encoder:
    """Encodes values and hands the bytes to `write` in pieces of at most 1 MiB and 13 bytes."""

    __slots__ = ("write", "out", "flags", "prefix")

    def __init__(self, write):
        self.write, self.out, self.flags, self.prefix = write, bytearray(), 0, b""

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

    def send_value(self, test, value):
        """A VALUE record of a candidate; the commonest results take one step."""
        kind = type(value)
        if kind is bool:
            self.write(_LETTER(VALUE, test, 0.0, 1, b"T" if value else b"F", 0, 0))
        elif kind is int and _LOW <= value <= _HIGH:
            self.write(_INTEGER(VALUE, test, 0.0, 9, b"i", value, 0, 0))
        elif kind is float and value == value:
            self.write(_REAL(VALUE, test, 0.0, 9, b"f", value, 0, 0))
        else:
            self.send(VALUE, test, 0.0, value)

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
            at = 0
            while at < len(view):
                piece = view[at : at + CHUNK - len(self.out)]
                at += len(piece)
                self.out += piece
                if len(self.out) >= CHUNK:
                    self.flush()
        if len(self.out) >= CHUNK - BLOCK:
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
            self.put(b"i" + _I64.pack(value))
        else:
            size = (int.bit_length(value) + 7) >> 3
            self.put((b"J" if value < 0 else b"I") + U32.pack(size))
            self.put(int.to_bytes(abs(value), size, "little"))

    def real(self, value, depth=0):
        if value != value:
            self.flags |= UNEQUAL
            value = float("nan")
        self.put(b"f" + _F64.pack(value))

    def imaginary(self, value, depth):
        if value != value:
            self.flags |= UNEQUAL
        self.put(b"c" + _C128.pack(value.real, value.imag))

    def text(self, tag, value):
        starts = range(0, len(value), CHUNK)
        if len(starts) < 2:
            data = str.encode(value, "utf-8", "surrogatepass")
            self.put(tag + U64.pack(len(data)))
            self.put(data)
            return
        pieces = (str.encode(value[s : s + CHUNK], "utf-8", "surrogatepass") for s in starts)
        size = len(value) if str.isascii(value) else sum(map(len, pieces))
        self.put(tag + U64.pack(size))
        for start in starts:
            self.put(str.encode(value[start : start + CHUNK], "utf-8", "surrogatepass"))

    def raw(self, value, depth):
        self.put((b"b" if type(value) is bytes else b"B") + U64.pack(len(value)))
        self.put(value)

    def sequence(self, tag, value, depth):
        """A vector (all leaves alike), a group of vectors, or item by item."""
        count = len(value)
        if count:
            first = type(value[0])
            if first is not list and first is not tuple:
                figures = plain_numbers(value) if first is int or first is float else None
                leaf = b"k" if figures else self.leaf(lambda: value, count)
                if leaf:
                    self.put(b"v" + tag + leaf + U64.pack(count))
                    self.vector(leaf, iter(value), figures)
                    return
            elif all(map(_same, map(type, value), _repeat(first))) and self.group(
                tag, first, value
            ):
                return
        self.put(tag + U32.pack(count))
        for item in value:
            self.value(item, depth + 1)

    def leaf(self, items, count):
        """The kind of vector that holds what the function `items` iterates over, or None."""
        try:
            kinds = set(map(type, items()))
        except Exception:  # a metaclass with a hash of its own
            return None
        if kinds <= _NUMBERS:
            if float in kinds and self.has_nan(items):
                self.flags |= UNEQUAL
            return b"k"
        if len(kinds) == 1:
            return _LEAF.get(kinds.pop())
        return b"m" if count >= _SHORT and kinds <= _MIXED_KINDS and self.fits(items) else None

    def has_nan(self, items):
        try:
            total = _sum(items())
            if total == total:
                return False  # a sum with a NaN in it would be one
        except OverflowError:
            pass
        return any(map(_differs, items(), items()))

    def fits(self, items):
        return all(map(_FITS, _compress(items(), map(_same, map(type, items()), _repeat(int)))))

    def group(self, tag, inner, value):
        """Many lists (or tuples) of leaves: a few passes in C, no call per item."""
        few = few_texts(value, inner)
        figures = None if few else plain_numbers(value, inner)
        leaf = b"s" if few else b"k" if figures else self.leaf(lambda: _chain(value), len(value))
        if not leaf:
            return False
        width = len(value[0])
        even = all(map(_same, map(len, value), _repeat(width))) and width < 256
        shape = b"t" if inner is tuple else b"l"
        self.put(b"g" + tag + shape + leaf + U64.pack(len(value)) + U32.pack(width))
        self.put(b"\1" if even else b"\0")
        if not even:
            lengths = map(len, value)
            for _ in range(0, len(value), BLOCK):
                self.numbers("I", list(_islice(lengths, BLOCK)))
        if few:
            for indices, texts in few.blocks(BLOCK):
                self.few(indices, texts)
        else:
            self.vector(leaf, _chain(value), figures)
        return True

    def numbers(self, code, items):
        block = _array(code, items)
        if _SWAP:
            block.byteswap()
        self.put(block.tobytes())

    def vector(self, leaf, items, figures=None):
        """Blocks of 65,536 items, so that only one block is held twice; with the help of `figures`, which
        are of the same items."""
        if figures:
            items = self.figures(figures, items)
        while True:
            block = list(_islice(items, BLOCK))
            if not block:
                return
            if leaf == b"k":
                data = _dumps(block, 2)
                self.put(U32.pack(len(data)))
                self.put(data)
            elif leaf == b"m":
                kinds = bytes(map(_MIXED.__getitem__, map(type, block)))
                self.put(kinds)
                for kind, part in enumerate((b"q", b"d", b"s", b"?")):
                    self.block(part, list(_compress(block, map(kind.__eq__, kinds))))
            else:
                self.block(leaf, block)

    def figures(self, figures, items):
        """Writes what `figures` can, and returns the rest of the items."""
        if figures.has_nan:
            self.flags |= UNEQUAL
        written = 0
        for data in figures.blocks(BLOCK):
            if data is None:
                return _islice(items, written, None)
            self.put(U32.pack(len(data)))
            self.put(data)
            written += BLOCK
        return iter(())

    def block(self, leaf, block):
        if not block:
            return
        if leaf == b"?":
            self.put(bytes(block))
        elif leaf == b"q":
            self.numbers("q", block)
        elif leaf == b"d":
            if any(map(_differs, block, block)):
                self.flags |= UNEQUAL
            self.numbers("d", block)
        else:
            self.texts(block)

    def texts(self, block):
        """Few distinct strings: a sorted table, one byte each. Else all lengths, then all text."""
        table = sorted(set(block)) if len(block) >= _SHORT else None
        if table and len(table) <= min(256, len(block) // 2):
            index = dict(zip(table, range(len(table))))
            self.table(bytes(map(index.__getitem__, block)), table)
        elif max(map(len, block)) < 256:
            self.put(b"\0" + bytes(map(len, block)))
            self.text(b"", "".join(block))
        else:
            self.put(b"\1")
            for item in block:
                self.text(b"", item)

    def table(self, indices, texts):
        self.put(b"\2" + bytes((len(texts) - 1,)))
        for item in texts:
            self.text(b"", item)
        self.put(indices)

    def few(self, indices, texts):
        """A block of texts: as `texts` would write it."""
        if len(indices) >= _SHORT and len(texts) <= len(indices) // 2:
            self.table(indices, texts)
        else:
            self.texts([texts[index] for index in indices])

    def encoded(self, values, depth):
        """The values' encodings, sorted: sets and dict keys have no order of their own."""
        results = []
        for value in values:
            inner = Encoder(_refuse)
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
    collections.Counter: b"C",
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
    decimal, fractions = _modules.get("decimal"), _modules.get("fractions")
    if decimal:
        _HANDLERS[decimal.Decimal] = Encoder.decimal
        _decimal_tuple = decimal.Decimal.as_tuple
    if fractions:
        _HANDLERS[fractions.Fraction] = Encoder.fraction
        _numerator = fractions.Fraction._numerator.__get__
        _denominator = fractions.Fraction._denominator.__get__


learn()

"""Lists of like leaves, and lists of such lists, written in a few passes: part of the Encoder.

One task returns 128 million strings (Mbpp/255), others millions of numbers.
"""

import _operator as operator
import itertools
import marshal
import struct
from builtins import (
    Exception, OverflowError, all, any, bool, bytes, dict, enumerate, float, int, iter, len, list, map, max, min,
    range, set, sorted, str, sum, tuple, type, zip,
)  # fmt: skip

from bulk import LEAST, few_objects, plain_numbers
from wire import F64, U32, U64, UNEQUAL, digits

_same, _differs, _repeat = operator.is_, operator.ne, itertools.repeat
_islice, _chain, _compress = itertools.islice, itertools.chain.from_iterable, itertools.compress
_pack, _FITS = struct.pack, range(-(1 << 63), 1 << 63).__contains__
_LEAF = {str: b"s", bool: b"?"}
_NUMBERS, _dumps, _sum, _number = {int, float}, marshal.dumps, sum, int.from_bytes
BLOCK = 1 << 16  # items of a vector that are converted at a time
_MIXED = {int: 0, float: 1, str: 2, bool: 3, type(None): 4}  # leaves that may share a vector, m
_MIXED_KINDS = set(_MIXED)
_SHORT = 8  # below this many items a mixed list goes item by item


class Vectors:
    """Needs `put`, `value`, `text` and `flags` of the Encoder."""

    __slots__ = ()

    def flat(self, tag, value):
        """A list (or tuple) of leaves that are alike. False when it is none; nothing is written then."""
        count, first = len(value), type(value[0])
        figures = plain_numbers(value) if first is int or first is float else None
        leaf = b"k" if figures else self.leaf(lambda: value, count)
        if leaf:
            self.put(b"v" + tag + leaf + U64.pack(count))
            self.vector(leaf, iter(value), figures)
        return leaf is not None

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
        """Many lists (or tuples) of leaves: a few passes in C, no call per item. False when it is none; nothing
        is written then."""
        width = len(value[0])
        is_long = len(value) * width >= LEAST
        few = few_objects(value, inner) if is_long else None
        figures = plain_numbers(value, inner) if is_long and not few else None
        if not (few or figures or all(map(_same, map(type, value), _repeat(inner)))):
            return False
        leaf = b"k" if figures else self.leaf(lambda: few.values if few else _chain(value), len(value))
        if not leaf:
            return False
        if few:
            even = few.is_even
        else:
            even = all(map(_same, map(len, value), _repeat(width)))
            few = few_values(lambda: _chain(value), leaf) if is_long and not figures else None
        if few:
            leaf = b"S" if leaf == b"s" else b"M"
        even = even and width < 256
        shape = b"t" if inner is tuple else b"l"
        self.put(b"g" + tag + shape + leaf + U64.pack(len(value)) + U32.pack(width))
        self.put(b"\1" if even else b"\0")
        if not even:
            lengths = map(len, value)
            for _ in range(0, len(value), BLOCK):
                self.numbers("I", list(_islice(lengths, BLOCK)))
        if few:
            self.few(few)
        else:
            self.vector(leaf, _chain(value), figures)
        return True

    def few(self, few):
        """u8 count of the different leaves less one | they, in the order in which they come | which of them each
        item is: digits, the first one of a byte worth one. C numbers equal texts apart, so they are joined here."""
        keys = list(map(_key, few.values))
        leaves = dict(zip(keys, few.values))
        places = dict(zip(leaves, range(len(leaves))))
        self.put(bytes((len(leaves) - 1,)))
        for leaf in leaves.values():
            self.value(leaf, 0)
        for data in few.digits(bytes(map(places.__getitem__, keys)), *digits(len(leaves))):
            self.put(data)

    def numbers(self, code, items):
        self.put(_pack("<%d%s" % (len(items), code), *items))

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
        distinct = set(block) if len(block) >= _SHORT else None
        if distinct and len(distinct) <= min(256, len(block) // 2):
            table = sorted(distinct)
            index = dict(zip(table, range(len(table))))
            self.put(b"\2" + bytes((len(table) - 1,)))
            for item in table:
                self.text(b"", item)
            self.put(bytes(map(index.__getitem__, block)))
        elif max(map(len, block)) < 256:
            self.put(b"\0" + bytes(map(len, block)))
            self.text(b"", "".join(block))
        else:
            self.put(b"\1")
            for item in block:
                self.text(b"", item)


def _key(leaf):
    """What leaves have in common that are the same in type and value."""
    kind = type(leaf)
    return kind, F64.pack(leaf) if kind is float else leaf


def few_values(items, leaf):
    """The FewValues of what the function `items` iterates over, which is fit for a vector of kind `leaf`; None
    when they are more than 256, or ints of more than 64 bits."""
    keys = items if leaf == b"s" else lambda: map(_key, items())
    places, rest = {}, keys()
    while len(places) <= 256:
        block = dict.fromkeys(_islice(rest, LEAST))  # at which it often ends
        if not block:
            few = FewValues(keys, places, list(places) if leaf == b"s" else [_leaf(*key) for key in places])
            return few if all([type(value) is not int or _FITS(value) for value in few.values]) else None
        for key in block:
            places.setdefault(key, len(places))
    return None


def _leaf(kind, value):
    return F64.unpack(value)[0] if kind is float else value


class FewValues:
    """Items that are few, `values`, no two of them the same: as bulk.Few, where that cannot be."""

    def __init__(self, keys, places, values):
        self.keys, self.places, self.values = keys, places, values

    def digits(self, places, base, per_byte):
        items = self.keys()
        while True:
            block = bytes(map(self.places.__getitem__, _islice(items, per_byte << 16)))
            if not block:
                return
            block, number = block + bytes(-len(block) % per_byte), 0
            for at in range(per_byte - 1, -1, -1):  # all bytes at once, for none of them overflows
                number = number * base + _number(block[at::per_byte], "little")
            yield number.to_bytes(len(block) // per_byte, "little")

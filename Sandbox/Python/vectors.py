"""Lists of like leaves, and lists of such lists, written in a few passes: part of the Encoder.

One task returns 128 million strings (Mbpp/255), others millions of numbers.
"""

import array
import itertools
import marshal
import operator
import struct
import sys
from builtins import (
    Exception, OverflowError, all, any, bool, bytearray, bytes, dict, enumerate, float, int, iter, len, list, map,
    max, min, range, set, sorted, str, sum, tuple, type, zip,
)  # fmt: skip

from bulk import few_objects, plain_numbers
from wire import F64, I64, U32, U64, UNEQUAL

_same, _differs, _repeat = operator.is_, operator.ne, itertools.repeat
_islice, _chain, _compress = itertools.islice, itertools.chain.from_iterable, itertools.compress
_array, _FITS = array.array, range(-(1 << 63), 1 << 63).__contains__
_SWAP = sys.byteorder != "little"
_LEAF = {str: b"s", bool: b"?"}
_NUMBERS, _dumps, _sum = {int, float}, marshal.dumps, sum
BLOCK = 1 << 16  # items of a vector that are converted at a time
_BOOL = struct.Struct("?")
_MIXED = {int: 0, float: 1, str: 2, bool: 3, type(None): 4}  # leaves that may share a vector, m
_MIXED_KINDS = set(_MIXED)
_SHORT = 8  # below this many items a mixed list goes item by item


class Vectors:
    """Needs `put`, `text` and `flags` of the Encoder."""

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
        """Many lists (or tuples) of leaves: a few passes in C, no call per item."""
        figures = plain_numbers(value, inner)
        few = None if figures else few_objects(value, inner)
        leaf = b"k" if figures else self.leaf(lambda: few.values if few else _chain(value), len(value))
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
        if few and leaf in _FEW:
            for numbers, seen in few.blocks(BLOCK):
                _FEW[leaf](self, numbers, seen, few.values)
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
        distinct = set(block) if len(block) >= _SHORT else None
        if distinct and len(distinct) <= min(256, len(block) // 2):
            table = sorted(distinct)
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

    def few_texts(self, numbers, seen, values):
        """The texts that are values[number] for each of `numbers`, of which `seen` are all: as `texts` does."""
        texts = sorted({values[number] for number in seen})
        if len(numbers) >= _SHORT and len(texts) <= len(numbers) // 2:
            places = dict(zip(texts, range(len(texts))))
            self.table(_translated(numbers, {number: places[values[number]] for number in seen}), texts)
        else:
            self.texts([values[number] for number in numbers])

    def few_mixed(self, numbers, seen, values):
        """A block of a mixed vector: as `vector` does."""
        kinds = {number: _MIXED[type(values[number])] for number in seen}
        self.put(_translated(numbers, kinds))
        for kind, code in enumerate((I64, F64, None, _BOOL)):
            own = [number for number in seen if kinds[number] == kind]
            if not own:
                continue
            part = numbers.translate(None, bytes([number for number in seen if kinds[number] != kind]))
            if not code:
                self.few_texts(part, own, values)
                continue
            if any([values[number] != values[number] for number in own]):
                self.flags |= UNEQUAL
            words = {number: code.pack(values[number]) for number in own}
            data = bytearray(code.size * len(part))
            for at in range(code.size):
                data[at :: code.size] = _translated(part, {number: word[at] for number, word in words.items()})
            self.put(data)


def _translated(numbers, bytes_of):
    """For each of `numbers` its byte."""
    table = bytearray(256)
    for number, byte in bytes_of.items():
        table[number] = byte
    return numbers.translate(table)


_FEW = {b"s": Vectors.few_texts, b"m": Vectors.few_mixed}

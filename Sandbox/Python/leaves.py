"""Lists of like leaves, and lists of such lists, as vectors.py writes them: part of the Decoder.

Runs in the judge, on hostile bytes.
"""

import itertools
import struct

from wire import F64, U32, WireError, digits

_I32 = struct.Struct("<i")
_PARTS = (b"q", b"d", b"s", b"?")
_LEAVES = {b"q": "q", b"d": "d", b"?": "?", b"s": None, b"m": None, b"k": None}
_FEW = {b"S": b"s", b"M": b"sifTFN"}  # the tags of few leaves
WIDE = 64 << 10  # bytes of an int, or digits of a Decimal


def _from_digits(digits):
    """The number of these digits of 15 bits, lowest first."""
    if len(digits) <= 64:
        number = 0
        for digit in reversed(digits):
            number = number << 15 | digit
        return number
    half = len(digits) // 2
    return _from_digits(digits[half:]) << 15 * half | _from_digits(digits[:half])


class Leaves:
    """Needs `take`, `tag`, `u32`, `u64`, `count`, `charge`, `mix`, `text` and `value` of the Decoder."""

    def container(self):
        tag = self.tag()
        if tag not in (b"l", b"t"):
            raise WireError("unknown container")
        return list if tag == b"l" else tuple

    def vector(self, tag, depth):
        outer, leaf = self.container(), self.tag()
        return outer(self.leaves(leaf, self.u64()))

    def group(self, tag, depth):
        outer, inner, leaf = self.container(), self.container(), self.tag()
        count, width, even = self.u64(), self.u32(), self.tag()
        if even == b"\1":
            self.charge(64 * count)
            lengths = [width] * count
        else:
            self.count(count, 4)
            self.charge(104 * count)
            lengths = struct.unpack("<%dI" % count, self.take(4 * count))
        read = self.few if leaf in _FEW else self.leaves
        flat = iter(read(leaf, sum(lengths)))
        return outer([inner(itertools.islice(flat, length)) for length in lengths])

    def leaves(self, leaf, count):
        if leaf not in _LEAVES:
            raise WireError("unknown leaf")
        self.count(count, 1)
        self.charge(72 * count)
        if leaf not in (b"m", b"k"):
            return self.block(leaf, count)
        results = []
        while count:
            if leaf == b"k":
                numbers = self.numbers()
                results += numbers
                count -= len(numbers)
                if count < 0 or not numbers:
                    raise WireError("another number of numbers")
                continue
            kinds = bytes(self.take(min(count, 1 << 16)))
            count -= len(kinds)
            if max(kinds) > 4:
                raise WireError("unknown leaf")
            parts = [iter(self.block(leaf, kinds.count(k))) for k, leaf in enumerate(_PARTS)]
            parts.append(itertools.repeat(None))
            results.extend([next(parts[kind]) for kind in kinds])
        return results

    def few(self, leaf, count):
        """So many leaves that are few different ones: those, and for each leaf a digit."""
        table = []
        for _ in range(self.take(1)[0] + 1):
            tag = self.tag()
            if tag not in _FEW[leaf]:
                raise WireError("unknown leaf")
            self.charge(40)
            table.append(self.METHODS[tag](self, tag, 0))
        base, per_byte = digits(len(table))
        data = bytes(self.take(-(-count // per_byte)))
        self.charge(24 * count)
        if data and max(data) >= base**per_byte:
            raise WireError("no digit")
        places = bytearray(per_byte * len(data))
        for at in range(per_byte):
            places[at::per_byte] = data.translate(bytes(byte // base**at % base for byte in range(256)))
        if places and max(places) >= len(table) or any(places[count:]):
            raise WireError("no such leaf in the table")
        return map(table.__getitem__, itertools.islice(places, count))

    def numbers(self):
        """A list of int and float in the layout of marshal version 2, which is the fastest way to write
        one. Read here and not by marshal, which trusts what it reads."""
        view = self.take(self.u32())
        if len(view) < 5 or view[0] != 0x5B:
            raise WireError("no list of numbers")
        count, at, results = U32.unpack_from(view, 1)[0], 5, []
        while at < len(view):
            tag = view[at]
            if tag == 0x69:  # i: 32 bits
                results.append(_I32.unpack_from(view, at + 1)[0])
                at += 5
            elif tag == 0x67:  # g: a double
                results.append(F64.unpack_from(view, at + 1)[0])
                at += 9
            elif tag == 0x6C:  # l: so many digits of 15 bits, and the sign
                size = _I32.unpack_from(view, at + 1)[0]
                parts = struct.unpack_from("<%dH" % abs(size), view, at + 5)
                if max(parts, default=0) >= 1 << 15:
                    raise WireError("no digit")
                self.charge(2 * len(parts))
                self.mix(wide=2 * len(parts) > WIDE)
                number = _from_digits(parts)
                results.append(-number if size < 0 else number)
                at += 5 + 2 * len(parts)
            else:
                raise WireError("no number")
        if at != len(view) or count != len(results):
            raise WireError("another number of numbers")
        return results

    def block(self, leaf, count):
        self.count(count, 1)
        if leaf == b"s":
            return self.texts(count)
        if leaf == b"?":
            data = bytes(self.take(count))
            if data.strip(b"\0\1"):
                raise WireError("neither true nor false")
            return [byte == 1 for byte in data]
        return list(struct.unpack("<%d%s" % (count, _LEAVES[leaf]), self.take(8 * count)))

    def texts(self, count):
        results = []
        while count:
            block = min(count, 1 << 16)
            count -= block
            layout = self.tag()
            if layout == b"\1":
                results.extend([self.text() for _ in range(block)])
                continue
            if layout == b"\2":
                table = [self.text() for _ in range(self.take(1)[0] + 1)]
                indices = bytes(self.take(block))
                if max(indices) >= len(table):
                    raise WireError("no such string in the table")
                results.extend(map(table.__getitem__, indices))
                continue
            if layout != b"\0":
                raise WireError("unknown layout of strings")
            lengths = bytes(self.take(block))
            joined, at = self.text(), 0
            if sum(lengths) != len(joined):
                raise WireError("lengths do not add up")
            for length in lengths:
                results.append(joined[at : at + length])
                at += length
        return results

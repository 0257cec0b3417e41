"""Values as Python text of bounded length, for people. Runs in the judge, on values of its own."""

import collections
import decimal
import fractions

_BRACKETS = {
    list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset({", "})"),
    dict: ("{", "}"), collections.deque: ("deque([", "])"),
}  # fmt: skip
_LEAVES = (type(None), bool, float, complex, range, fractions.Fraction, decimal.Decimal)


def literal(value, limit):
    """`repr(value)` where that is short. Longer text is cut in the middle, and its length named;
    of values that are too large to be written out the length is a lower bound."""
    writer = _Writer(8 * limit + 4096)
    writer.write(value)
    text = "".join(writer.pieces)
    if len(text) <= limit and not writer.is_full:
        return text
    note = " ...%s%d characters... " % ("over " if writer.is_full else "", len(text))
    room = max(limit - len(note), 0)
    tail = 0 if writer.is_full else room // 2
    return text[: room - tail] + note + text[len(text) - tail :]


class _Writer:
    """Writes until there is enough: nobody waits for the text of a million numbers."""

    def __init__(self, room):
        self.pieces, self.room = [], room

    @property
    def is_full(self):
        return self.room < 0

    def put(self, text):
        self.pieces.append(text)
        self.room -= len(text)

    def write(self, value):
        kind = type(value)
        base = next((b for b in kind.__mro__ if b in _BRACKETS), None)
        if kind is int or (base is None and isinstance(value, int) and kind is not bool):
            bits = int.bit_length(value)
            self.put(int.__repr__(value) if bits < 8192 else "<int of %d bits>" % bits)
        elif isinstance(value, str):
            self.text(str.__repr__, value)
        elif isinstance(value, (bytes, bytearray)):
            self.text(repr, value)
        elif base is None:
            self.put(self.leaf(kind, value))
        else:
            self.container(base, value)

    def leaf(self, kind, value):
        short = kind in _LEAVES or getattr(value, "size", 1 << 20) < 1000
        try:
            return repr(value) if short else "<%s>" % kind.__name__
        except ValueError:  # a Fraction or range of integers that Python does not write out
            return "<%s>" % kind.__name__

    def text(self, to_text, value):
        shown = to_text(value[: self.room + 2])
        self.put(shown)
        if len(value) > self.room + 2 + len(shown):
            self.room = -1

    def container(self, base, value):
        opening, closing = _BRACKETS[base]
        if not value and base in (set, frozenset):
            self.put("set()" if base is set else "frozenset()")
            return
        self.put(opening)
        separator = ""
        items = dict.items(value) if base is dict else iter(value)
        for item in items:
            if self.is_full:
                return
            self.put(separator)
            separator = ", "
            if base is dict:
                self.write(item[0])
                self.put(": ")
                self.write(item[1])
            else:
                self.write(item)
        self.put(",)" if base is tuple and len(value) == 1 else closing)

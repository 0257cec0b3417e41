"""Expected values, held by the judge alone, and the sinks that records stream into."""

import array
import bisect
import json
import struct

import decode
import wire

DIGEST_ABOVE = 1 << 20
MARGIN = 64 << 20
REFERENCE_LIMIT = 4 << 30
# Larger values are kept apart, where a digest can stand for them. Smaller ones are certain to leave the
# encoder in one chunk.
IN_STREAM = 1 << 16


class TooLarge(Exception):
    """A program's output exceeds its budget."""


class Buffer:
    """Keeps a record's bytes, up to a limit."""

    def __init__(self, limit):
        self.data, self.limit = bytearray(), limit

    def update(self, piece):
        if len(self.data) + len(piece) > self.limit:
            raise TooLarge("an output of more than %d bytes" % self.limit)
        self.data += piece


def _sha256(data=b""):
    import hashlib  # loads OpenSSL, which most judges never need

    return hashlib.sha256(data)


class Digest:
    """Keeps SHA-256 of a record and its size: for outputs too large to hold (Mbpp/255)."""

    def __init__(self):
        self.hash, self.size = _sha256(), 0

    def update(self, piece):
        self.hash.update(piece)
        self.size += len(piece)


class TextOrBuffer(Buffer):
    """Drops a record above 1 MiB whose first bytes say that it is a vector of text, or vectors of
    text: `s`, `v` container `s`, `g` container container `s` or `S`."""

    def __init__(self, limit, may_digest):
        super().__init__(limit)
        self.digest, self.may_digest = None, may_digest

    def update(self, piece):
        if self.digest:
            self.digest.update(piece)
            return
        super().update(piece)
        if self.may_digest and len(self.data) > DIGEST_ABOVE:
            head = bytes(self.data[:4])
            if (
                head[:1] == b"s"
                or (head[:1] == b"v" and head[2:3] == b"s")
                or (head[:1] == b"g" and head[3:4] in b"sS")
            ):
                self.digest = Digest()
                self.digest.update(self.data)
                self.data = None


class Apart:
    """An expected value that cannot be settled by comparing records: too large for the stream, not
    equal to itself (NaN, arrays), or known by its digest only.

    `size` is what budgets go by.

    A digest serves for large values. One made of str, list and tuple alone is equal to another if and
    only if their encodings are (`exact`). Of other values kept between runs a digest can only say yes;
    before it says no the reference program is run again."""

    __slots__ = ("data", "digest", "size", "flags", "exact")

    def __init__(self, data, digest, size, flags, exact=True):
        self.data, self.digest, self.size, self.flags = data, digest, size, flags
        self.exact = exact


class Expected:
    """The expected values of one half (base or plus), in the order of its tests.

    Most are kept as the very records that a right program will send, one after the other: thousands
    of tests are then settled by one comparison of bytes."""

    def __init__(self):
        self.stream, self.ends = bytearray(), array.array("Q")  # where each test's record ends
        self.seconds = array.array("d")  # what the reference program took for each test
        self.apart, self._apart_tests, self._floats = {}, [], {}
        self._apart_size = 0

    def __len__(self):
        return len(self.ends)

    def add(self, data, flags, seconds):
        """The next test's value, encoded."""
        if len(data) < IN_STREAM and not flags & wire.UNEQUAL:
            self.stream += wire.record(wire.VALUE, len(self), data, flags)
        else:
            self._set_apart(len(self), Apart(bytes(data), None, _weight(data), flags))
        self._end(seconds)

    def add_digest(self, digest, flags, seconds):
        """The next test's value, known by the Digest that took it."""
        self._set_apart(len(self), Apart(b"", digest.hash.digest(), digest.size, flags))
        self._end(seconds)

    def _set_apart(self, test, value):
        self.apart[test] = value
        self._apart_tests.append(test)
        self._apart_size += value.size

    def _end(self, seconds):
        self.ends.append(len(self.stream))
        self.seconds.append(seconds)

    def start(self, test):
        return self.ends[test - 1] if test else 0

    def data(self, test):
        if test in self.apart:
            return self.apart[test].data
        inside = self.start(test) + wire.HEADER.size + 4
        return bytes(self.stream[inside : self.ends[test] - 5])

    def settles(self, test):
        """Whether equal encodings imply equal values."""
        return test not in self.apart or not self.apart[test].flags & wire.UNEQUAL

    def size(self, test):
        if test in self.apart:
            return self.apart[test].size
        return self.ends[test] - self.start(test) - wire.HEADER.size - 9

    def digest(self, test):
        return self.apart[test].digest if test in self.apart else None

    def total_size(self):
        return len(self.stream) + self._apart_size

    def sink(self, test):
        return Digest() if self.digest(test) else Buffer(4 * self.size(test) + MARGIN)

    def value(self, test):
        return decode.decode(self.data(test), self.memory(test))

    def memory(self, test):
        """The memory that decoding an output for this test may take."""
        return 16 * self.size(test) + decode.SLACK

    def floats(self, test, is_floats):
        if test not in self._floats:
            self._floats[test] = _may_be_floats(self.data(test)) and is_floats(self.value(test))
        return self._floats[test]

    def matching(self, first, data, at):
        """The test after the last one whose whole record is in `data`, as expected, when that of the
        test `first` begins at `at`; and how many bytes those records are."""
        next_apart = bisect.bisect_left(self._apart_tests, first)
        barrier = self._apart_tests[next_apart] if next_apart < len(self.apart) else len(self)
        start = self.start(first)
        size = min(len(data) - at, self.start(barrier) - start)
        last = bisect.bisect_right(self.ends, start + size, first, barrier)
        if not self.stream.startswith(data[at : at + size], start):
            low = first
            while low < last:
                middle = (low + last + 1) // 2
                size = self.ends[middle - 1] - start
                if self.stream.startswith(data[at : at + size], start):
                    low = middle
                else:
                    last = middle - 1
        return last, self.start(last) - start

    def pack(self, is_plain):
        """The whole as bytes, for `unpack` in another process of the same version. Of large values
        that settle by their encodings (`is_plain`: the task's oracle lets them) goes a digest."""
        small = Expected()
        for test, seconds in enumerate(self.seconds):
            small.stream += self.stream[self.start(test) : self.ends[test]]
            apart = self.apart.get(test)
            if apart and is_plain and self.settles(test) and not apart.digest:
                if not _may_be_floats(apart.data):
                    digest = _sha256(apart.data).digest()
                    apart = Apart(b"", digest, apart.size, apart.flags, exact=False)
            if apart:
                small._set_apart(test, apart)
            small._end(seconds)
        rows = [[t, a.digest.hex() if a.digest else None, a.size, a.flags, a.exact]
                for t, a in small.apart.items()]  # fmt: skip
        parts = (small.seconds.tobytes(), small.ends.tobytes(), small.stream, json.dumps(rows).encode())
        return wire.pack_parts(*parts, *(a.data for a in small.apart.values()))

    @classmethod
    def unpack(cls, data):
        """Raises WireError or ValueError when the bytes do not fit together."""
        expected = cls()
        seconds, ends, stream, apart, *texts = wire.split_parts(data)
        expected.seconds.frombytes(seconds)
        expected.ends.frombytes(ends)
        expected.stream = bytes(stream)
        for (test, digest, size, flags, exact), text in zip(json.loads(bytes(apart)), texts):
            value = Apart(bytes(text), bytes.fromhex(digest) if digest else None, size, flags, exact)
            expected._set_apart(test, value)
        if len(expected.seconds) != len(expected) or expected.start(len(expected)) != len(stream):
            raise wire.WireError("kept expected values do not fit together")
        return expected


def _weight(data):
    """The size of an encoded value; of one that is few different leaves (`M`), what an output that counts as
    equal may take whose leaves differ: nine bytes each."""
    if data[:1] != b"g" or data[3:4] != b"M":
        return len(data)
    count, width = struct.unpack_from("<QI", data, 4)
    items = count * width if data[16] == 1 else sum(struct.unpack_from("<%dI" % count, data, 17))
    return max(len(data), 9 * items)


def _may_be_floats(data):
    """False when the encoded value is certainly no float, list of floats or array."""
    # A list of nothing but floats is a vector (v), so another list is one of floats only when it
    # begins with a numpy scalar or a subclass. A vector of numbers begins, after `v`, the container,
    # `k`, its length and that of the block, with marshal's `[`, the block's length, and the first item.
    tag, first = bytes(data[:1]), bytes(data[5:6])
    if tag == b"v":
        return data[2:3] == b"k" and data[20:21] == b"g"
    return bool(tag) and (first in (b"f", b"n", b"x") if tag in b"lt" else tag in b"fxna")

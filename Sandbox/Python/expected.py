"""Expected values, held by the judge alone, and the sinks that records stream into."""

import hashlib

import decode

DIGEST_ABOVE = 1 << 20
MARGIN = 64 << 20
REFERENCE_LIMIT = 4 << 30


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


class Digest:
    """Keeps SHA-256 of a record and its size: for outputs too large to hold (Mbpp/255)."""

    def __init__(self):
        self.hash, self.size = hashlib.sha256(), 0

    def update(self, piece):
        self.hash.update(piece)
        self.size += len(piece)


class TextOrBuffer(Buffer):
    """Drops a record above 1 MiB whose first bytes say that it is a vector of text, or vectors of
    text: `s`, `v` container `s`, `g` container container `s`."""

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
                or (head[:1] == b"g" and head[3:4] == b"s")
            ):
                self.digest = Digest()
                self.digest.update(self.data)
                self.data = None


class Expected:
    """The expected value of one test: its encoding, or only the digest of it.

    A digest serves for large values made of str, list and tuple alone. Two such values of equal
    types are equal if and only if their encodings are."""

    __slots__ = ("data", "digest", "size", "flags", "seconds", "_floats")

    def __init__(self, data, flags, seconds):
        self.data, self.digest, self.size = data, None, len(data)
        self.flags, self.seconds, self._floats = flags, seconds, None

    @classmethod
    def of(cls, sink, flags, seconds):
        """From the TextOrBuffer that took the reference program's record."""
        if not sink.digest:
            return cls(bytes(sink.data), flags, seconds)
        expected = cls(b"", flags, seconds)
        expected.size, expected.digest = sink.digest.size, sink.digest.hash.digest()
        expected._floats = False
        return expected

    def sink(self):
        return Digest() if self.digest else Buffer(4 * self.size + MARGIN)

    def value(self):
        return decode.decode(self.data, self.memory())

    def memory(self):
        """The memory that decoding an output for this test may take."""
        return 16 * self.size + decode.SLACK

    def floats(self, is_floats):
        if self._floats is None:
            # A list of nothing but floats is a vector (v), so another list is one of floats only
            # when it begins with a numpy scalar or a subclass.
            tag, first = self.data[:1], self.data[5:6]
            possible = first in b"fnx" if tag in b"lt" else tag in b"fvxna"
            self._floats = possible and is_floats(self.value())
        return self._floats

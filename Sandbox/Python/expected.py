"""Expected values, held by the judge alone, and the sinks that records stream into."""

import hashlib

import decode
import wire

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


class Expected:
    """The expected value of one test: its encoding, or only the digest of it.

    A digest serves for large values made of str, list and tuple alone. Two such values of equal
    types are equal if and only if their encodings are."""

    __slots__ = ("data", "digest", "size", "flags", "seconds", "_floats")

    def __init__(self, data, flags, seconds, may_digest):
        self.size, self.flags, self.seconds, self._floats = len(data), flags, seconds, None
        self.data, self.digest = bytes(data), None
        if may_digest and not flags & wire.NOT_TEXT and len(data) > DIGEST_ABOVE:
            self.data, self.digest, self._floats = None, hashlib.sha256(data).digest(), False

    def sink(self):
        return Digest() if self.digest else Buffer(4 * self.size + MARGIN)

    def value(self):
        return decode.decode(self.data, self.memory())

    def memory(self):
        """The memory that decoding an output for this test may take."""
        return 16 * self.size + decode.SLACK

    def floats(self, is_floats):
        if self._floats is None:
            tag = self.data[:1]
            self._floats = tag in b"fvltxna" and is_floats(self.value())
        return self._floats

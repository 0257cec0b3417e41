"""What C finds in nested lists of few texts must be encoded as Python would encode it, byte for byte."""

import os
import random
import sys
import unittest
from unittest import mock

from launch_unjailed import SOURCES, entry

sys.path.insert(0, str(SOURCES))

import encode  # noqa: E402
import identity  # noqa: E402
import launch  # noqa: E402
import wire  # noqa: E402


class Text(str):
    pass


class Row(list):
    pass


def encoded(value):
    out = bytearray()
    encoder = encode.Encoder(out.__iadd__)
    try:
        encoder.send(wire.VALUE, 0, 0.0, value)
    except wire.Unsupported as error:
        return str(error)
    return bytes(out)


class Identity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = []
        with mock.patch.object(launch, "FILE", entry(b"")):
            launch.Launcher(3, needs_filter=False)
        if identity._identify is None:
            raise AssertionError("the layout of this interpreter's objects is another")
        cls.function = staticmethod(identity._identify)

    def tearDown(self):
        identity._identify = self.function

    def check(self, value, is_found=True):
        identity._identify = None
        plain = encoded(value)
        identity._identify = self.function
        row_type = type(value[0])
        self.assertEqual(bool(identity.few_texts(value, row_type)), is_found)
        self.assertEqual(encoded(value), plain)

    def test_random_rows(self):
        rng = random.Random(1)
        for _ in range(60):
            kind, outer = rng.choice((list, tuple)), rng.choice((list, tuple))
            # Equal texts in several objects, non-ASCII, empty; runs of few, so that blocks differ.
            letters = "ab\u00e9\U0001f600\ud800"
            texts = ["".join(rng.choices(letters, k=rng.randrange(4))) for _ in range(rng.randrange(1, 60))]
            rows, width = rng.randrange(1, 9000), rng.randrange(1, 40)
            even = rng.random() < 0.5
            value = outer(
                kind(rng.choices(texts[at % 7 :] or texts, k=width if even or not at else rng.randrange(width + 1)))
                for at in range(rows)
            )
            distinct = {id(text) for row in value for text in row}
            self.check(value, rows * width >= identity._LEAST and len(distinct) <= 256)

    def test_blocks_of_one_short_of_all_sizes(self):
        for items in (encode.BLOCK - 1, encode.BLOCK, encode.BLOCK + 1, 2 * encode.BLOCK):
            self.check([["a", "b"][at % 2 :][:1] for at in range(items)])

    def test_what_is_not_for_it(self):
        many = [["a", "b"] * 50 for _ in range(100)]
        for odd in (Text("a"), 1, None, b"a", ["a"]):
            self.check(many + [["a", odd]], False)
        for row in (Row("ab"), ("a", "b")):
            value = many + [row]
            self.assertIsNone(identity.few_texts(value, list))
        self.check([["%d" % number for number in range(300)] for _ in range(20)], False)
        self.check([["%d" % (number % 256) for number in range(at, at + 9)] for at in range(9)], False)

    def test_exactly_as_many_objects_as_it_takes(self):
        texts = ["%d" % number for number in range(257)]
        self.check([texts[:256]] * 100)
        self.check([texts] * 100, False)


if __name__ == "__main__":
    unittest.main()

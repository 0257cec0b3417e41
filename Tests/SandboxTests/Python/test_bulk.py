"""What C writes of long lists must be what Python would write, byte for byte."""

import random
import struct
import sys
import unittest
from unittest import mock

from launch_unjailed import SOURCES, entry

sys.path.insert(0, str(SOURCES))

import bulk  # noqa: E402
import decode  # noqa: E402
import encode  # noqa: E402
import launch  # noqa: E402
import records  # noqa: E402
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


def decoded(record):
    (data,) = [bytes(sink) for _, _, _, sink, _ in records.RecordReader(lambda *_: Sink()).feed(record)]
    return decode.decode(data, 1 << 30)


class Sink(bytearray):
    update = bytearray.extend


def other(leaf):
    """The same in another object, where there can be one."""
    if type(leaf) is str:
        return (leaf + "x")[:-1]
    if type(leaf) is float:
        return struct.unpack("d", struct.pack("d", leaf))[0]
    return (leaf ^ 1) ^ 1 if type(leaf) is int else leaf


class Count(int):
    pass


class Bulk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with mock.patch.object(launch, "FILE", entry(b"")):
            launch.Launcher(3, needs_filter=False)
        if not bulk._functions:
            raise AssertionError("the layout of this interpreter's objects is another")
        cls.functions = bulk._functions

    def tearDown(self):
        bulk._functions = self.functions

    def same(self, value):
        bulk._functions = None
        plain = encoded(value)
        bulk._functions = self.functions
        self.assertEqual(encoded(value), plain)

    def check(self, value, is_found=True):
        self.same(value)
        self.assertEqual(bool(bulk.few_objects(value, type(value[0]))), is_found)

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
            self.check(value)
            if rows * width < 30000:
                self.same_value(value, kind, outer)

    def test_digits_that_fill_blocks_and_bytes_or_do_not(self):
        for count in (1, 2, 3, 4, 5, 6, 7, 17):
            texts, (_, per_byte) = ["%d" % number for number in range(count)], wire.digits(count)
            for items in (bulk.LEAST, bulk.LEAST + 1, per_byte << 16, (per_byte << 16) + 1):
                with self.subTest(count=count, items=items):
                    value = [[texts[at * at % count]] for at in range(items)]
                    self.check(value)
                    self.assertEqual(decoded(encoded(value)), value)

    def test_what_is_not_for_it(self):
        many = [["a", "b"] * 50 for _ in range(100)]
        for odd in (Text("a"), b"a", ["a"], Count(1), 2**63, -(2**63) - 1):
            self.check(many + [["a", odd]], type(odd) is not int)
        for row in (Row("ab"), ("a", "b")):
            value = many + [row]
            self.assertIsNone(bulk.few_objects(value, list))
        self.check([["%d" % number for number in range(300)] for _ in range(20)], False)
        self.check([["%d" % (number % 256) for number in range(at, at + 9)] for at in range(9)])

    def test_exactly_as_many_objects_as_it_takes(self):
        texts = ["%d" % number for number in range(257)]
        self.check([texts[:256]] * 100)
        self.check([texts] * 100, False)

    def same_value(self, value, kind, outer):
        """Whether other objects give the same bytes, and what is decoded of them is the value."""
        data, fresh = encoded(value), outer(kind(map(other, row)) for row in value)
        for _ in range(2):
            self.assertEqual(encoded(fresh), data)
            bulk._functions = None
        bulk._functions = self.functions
        self.assertEqual(repr(decoded(data)), repr(value))

    def test_what_differs_in_type_or_bits_is_not_the_same(self):
        nan = float("nan")
        seen = set()
        for odd in (1, True, 1.0, "1", None, 0, False, 0.0, -0.0, nan, 2**62, float(2**62)):
            value = [[1, "x", 0.0] * 40 for _ in range(40)] + [[odd]]
            self.check(value)
            self.assertEqual(repr(decoded(encoded(value))), repr(value))
            self.assertEqual(encoded(value)[-1], wire.UNEQUAL if odd is nan else 0)
            seen.add(encoded(value))
        self.assertEqual(len(seen), 12)

    def test_as_many_values_as_it_takes_in_many_objects(self):
        for make in (str, float, int, lambda number: number // 2 if number % 2 else "%d" % number):
            for count in (255, 256, 257):
                leaves = [make(number) for number in range(1 << 20, (1 << 20) + count)]
                value = [leaves[at % 9 :] for at in range(60)]
                self.same_value(value, list, list)
                self.assertEqual(encoded(value)[20:21] in b"SM", count <= 256)

    def test_rows_of_several_kinds(self):
        rng = random.Random(4)
        leaves = ("", "a", "\u00e9", "a" * 300, True, False, None) + self.NUMBERS + (float("nan"), -float("nan"))
        for _ in range(80):
            kind, outer = rng.choice((list, tuple)), rng.choice((list, tuple))
            values = rng.choices(leaves + (2**63, -(2**63) - 1)[: rng.randrange(8) // 6], k=rng.randrange(1, 9))
            width, rows = rng.randrange(600, 2000), rng.randrange(7, 90)
            value = outer(kind(rng.choices(values[at % 3 :] or values, k=width)) for at in range(rows))
            numbers = all(type(item) in (int, float) for row in value for item in row)
            fits = all(type(item) is not int or -(2**63) <= item < 2**63 for row in value for item in row)
            self.check(value, fits)
            if fits and rows * width < 30000:
                self.same_value(value, kind, outer)
            self.assertEqual(bool(bulk.plain_numbers(value, kind)), numbers)

    NUMBERS = (0, 1, -1, 2**15, -(2**30), 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**45, 2**60, 2**63 - 1, -(2**63),
               0.0, -0.0, 1.5, -2.5e300, 5e-324, float("inf"), float("-inf"))  # fmt: skip

    def test_numbers(self):
        rng = random.Random(2)
        for odd in (None, float("nan"), -float("nan"), 2**63, -(2**63) - 1, True, None, Count(1), "1"):
            for items in (bulk.LEAST, encode.BLOCK - 1, encode.BLOCK, encode.BLOCK + 1, 2 * encode.BLOCK + 9):
                values = rng.choices(self.NUMBERS, k=items)
                is_number = type(odd) in (int, float)
                with self.subTest(odd=odd, items=items):
                    self.assertTrue(bulk.plain_numbers(values))
                    for place in (0, items // 2, items - 1):
                        if odd is not None:
                            values[place] = odd
                        self.same(values)
                        self.same(tuple(values))
                        self.assertEqual(bool(bulk.plain_numbers(values)), odd is None or is_number)

    def test_rows_of_numbers(self):
        rng = random.Random(3)
        for _ in range(40):
            kind, outer = rng.choice((list, tuple)), rng.choice((list, tuple))
            width = rng.randrange(1, 300)
            lengths = [width] + [rng.choice((width, rng.randrange(width + 1))) for _ in range(rng.randrange(1, 900))]
            value = outer(kind(rng.choices(self.NUMBERS, k=length)) for length in lengths)
            self.same(value)
            self.same(list(value) + [[2**70]])
            self.assertEqual(bool(bulk.plain_numbers(value, kind)), len(value) * width >= bulk.LEAST)


if __name__ == "__main__":
    unittest.main()

"""Replays the corpus of Tests/Fuzz: inputs that once reached something new, and those that once broke it."""

import pathlib
import sys
import tracemalloc
import unittest
import warnings

FUZZ = pathlib.Path(__file__).resolve().parents[2] / "Fuzz"
sys.path.insert(0, str(FUZZ))

import targets  # noqa: E402


class Corpus(unittest.TestCase):
    def test_the_properties_hold(self):
        inputs = sorted((FUZZ / "corpus").iterdir()) + sorted((FUZZ / "findings").iterdir())
        self.assertGreater(len(inputs), 300)
        targets.run(b"\1\0n\0")  # what numpy's import allocates counts for no input
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        met = set()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's, of comparing unlike arrays
            for path in inputs:
                data = path.read_bytes()
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                with self.subTest(path.name):
                    allowed = targets.run(data)
                    self.assertLessEqual(tracemalloc.get_traced_memory()[1] - before, allowed)
                met.add(data[0] % len(targets.TARGETS))
        self.assertEqual(met, set(range(len(targets.TARGETS))))

    def test_findings_are_noticed(self):
        with self.assertRaises(targets.Finding):
            targets.check(targets.same([1], [1.0]), "another type")
        everything = targets.Case("humaneval", "f", [1], targets.never)
        broken = [everything], targets.CASES
        targets.CASES = broken[0]
        try:
            stream = bytearray()
            encoder = targets.encode.Encoder(stream.extend)
            for record in ((1, 0, 0.0, ""), (2, 0, 0.0, 1), (5, 1, 0.0, "")):
                encoder.send(*record)
            with self.assertRaisesRegex(targets.Finding, "passed"):
                targets.judged(b"\0\0" + bytes(stream))
        finally:
            targets.CASES = broken[1]


if __name__ == "__main__":
    unittest.main()

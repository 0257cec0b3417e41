"""evalplus's own verdicts and sanitised texts, as vectors."""

import ast
import json
import os
import sys
import unittest

from benchmark_data import load, needs_data
from launch_unjailed import SOURCES, Slot

sys.path.insert(0, str(SOURCES))

import sanitizer  # noqa: E402

# Where the reference says pass because the program's objects take part in the comparison, or
# because it can read the expected values. Here it can do neither.
DIVERGENCES = {
    "eq override": "unsupported type",
    "frame hack progress": "exception",
    "gc hack expected": "exception",
}


def recited(expected, entry_point):
    """A reference program that gives the vector's expected values, whatever the inputs."""
    return "nan, inf = float('nan'), float('inf')\nvalues = iter(%s)\ndef %s(*_):\n    return next(values)\n" % (
        expected, entry_point,
    )  # fmt: skip


class VerdictVectors(unittest.TestCase):
    @needs_data
    def test_all(self):
        vectors = load("vectors/evalplus-verdict-vectors.json")
        self.assertEqual(len(vectors), 88)
        with Slot() as slot:
            for vector in vectors:
                with self.subTest(vector["name"]):
                    self.check(slot, vector)

    def check(self, slot, vector):
        inputs = ast.literal_eval(vector["inputs"])
        task = {"task_id": "HumanEval/0", "base_input": inputs, "plus_input": []}
        task.update(entry_point=vector["entry_point"], atol=vector["atol"])
        opened = slot.task(
            task, vector["dataset"], recited(vector["expected"], vector["entry_point"]),
            min_time_limit=vector["min_time_limit"],
        )  # fmt: skip
        self.assertEqual(opened.get("reference"), "ok", opened)
        for mode in ("fast", "full"):
            status, details = vector[mode]
            verdict = slot.candidate(vector["code"], ["base"], mode == "fast")["base"]
            if vector["name"] in DIVERGENCES:
                self.assertEqual(status, "pass")
                self.assertEqual(verdict["status"], "fail")
                self.assertEqual(verdict["reason"], DIVERGENCES[vector["name"]])
                continue
            self.assertEqual(verdict["status"], status, (mode, verdict))
            failing = []
            if status != "pass" and details:
                failing = [inputs[len(details) - 1]]
                if mode == "full":
                    failing = [i for i, good in zip(inputs, details) if not good]
            self.assertEqual(json.loads(verdict["fail_tests"]), failing, mode)
            self.assertEqual(verdict["status"] == "pass", verdict["reason"] == "passed")


class SanitizeVectors(unittest.TestCase):
    @needs_data
    def test_all(self):
        vectors = load("vectors/sanitize-vectors.json")
        self.assertEqual(len(vectors), 48)
        for vector in vectors:
            with self.subTest(vector["name"]):
                got = sanitizer.sanitize(vector["input"], vector["entry_point"])
                self.assertEqual(got, vector["evalplus"])

    @needs_data
    def test_through_the_slot(self):
        with Slot() as slot:
            for vector in load("vectors/sanitize-vectors.json")[:8]:
                got = slot.sanitize(vector["input"], vector["entry_point"])
                self.assertEqual(got, vector["evalplus"])


class SanitizeSpans(unittest.TestCase):
    """Traps of the span rules, from runs of evalplus with tree-sitter-python 0.25."""

    def test_comments_in_and_behind_a_body(self):
        text = "def f(x):\n    return x  # same\n    # inside\n  # outside\n    # too late\nA = 1  # note\n"
        want = "def f(x):\n    return x  # same\n    # inside"
        self.assertEqual(sanitizer.sanitize(text, "f"), want)

    def test_names_of_assignments(self):
        text = "a, b = f\nc = 1\ndef f(x):\n    return c\n"
        self.assertEqual(sanitizer.sanitize(text, "f"), "a, b = f")

    def test_columns_are_bytes(self):
        text = "é = 'ü'; z = 2\ndef f(x):\n    return z\n"
        self.assertEqual(sanitizer.sanitize(text, "f"), "z = 2\ndef f(x):\n    return z")


if __name__ == "__main__":
    unittest.main(buffer=bool(os.environ.get("CI")))

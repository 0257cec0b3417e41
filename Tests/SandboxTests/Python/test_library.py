"""What a program finds loaded: decided by what it names, and with the same verdict either way."""

import json
import pathlib
import sys
import unittest

from launch_unjailed import SOURCES, Slot
from test_forgery import REFERENCE, TASK

sys.path.insert(0, str(SOURCES))

import library  # noqa: E402
import mentions  # noqa: E402


class Named(unittest.TestCase):
    def names(self, text):
        return mentions.named(json.dumps(text).encode())

    def test_common_ones(self):
        self.assertEqual(self.names("def f(): pass"), [])
        self.assertEqual(self.names("from typing import List\nimport re, os as o\n"), ["os", "re", "typing"])
        self.assertEqual(self.names("def f():\n\timport math  # x\n\timport string"), ["math", "string"])
        self.assertEqual(self.names("import re\nre.compile('é')"), ["re"])
        self.assertEqual(self.names("import numpy as np"), ["numpy"])

    def test_anything_else_means_all(self):
        for text in (
            "import subprocess", "from shutil import move", "import math, tempfile", "from . import x",
            "__import__('subprocess')", "eval('1')", "import sys\nsys.modules['os']", "import importlib",
            "import\\\n  shutil", "import\ttempfile",
        ):  # fmt: skip
            self.assertEqual(self.names(text)[:1], ["*"], text)
        self.assertEqual(self.names("import numpy\nimport tempfile"), ["*", "numpy"])
        hidden = b'"\\u0069mport subprocess\\u0073"'
        self.assertEqual(mentions.named(hidden), ["*"])

    def test_only_known_modules_are_loaded(self):
        library.load(["antigravity", "this"])
        self.assertNotIn("antigravity", sys.modules)


class Loaded(unittest.TestCase):
    """One task zygote after the other kind of program has been through it."""

    PROGRAMS = {
        "import subprocess\n" + REFERENCE: "pass",
        "import subprocess\ndef f(x):\n    subprocess.Popen(['true'])\n    return x * 37 + 1": "fail",
        "import shutil\ndef f(x):\n    return x * 37 + 1 if shutil.rmtree is None else 0": "pass",
        "import os\ndef f(x):\n    return x * 37 + 1 if os.kill is os.getcwd is None else 0": "pass",
        "def f(x):\n    return x * 37 + 1 if open is None else 0": "pass",
        "def f(x):\n    import resource\n    return 0": "fail",
        "from multiprocessing.pool import ThreadPool\n" + REFERENCE: "pass",
        "from concurrent.futures import ThreadPoolExecutor\n" + REFERENCE: "pass",
        "from decimal import Decimal\nfrom fractions import Fraction\n" + REFERENCE: "pass",
        "import random, datetime, statistics, dataclasses\n" + REFERENCE: "pass",
    }

    def test_every_order(self):
        for programs in (list(self.PROGRAMS), list(reversed(self.PROGRAMS))):
            with Slot() as slot:
                slot.task(TASK, "humaneval", REFERENCE)
                for program in programs:
                    verdict = slot.candidate(program, ["base"])["base"]
                    self.assertEqual(verdict["status"], self.PROGRAMS[program], (program, verdict))

    def test_numbers_of_modules_that_come_late(self):
        with Slot() as slot:
            reference = "from decimal import Decimal\ndef f(x):\n    return [Decimal(x) / 3, x]"
            self.assertEqual(slot.task(TASK, "humaneval", reference)["reference"], "ok")
            self.assertEqual(slot.candidate("def f(x):\n    return 1", ["base"])["base"]["status"], "fail")
            self.assertEqual(slot.candidate(reference, ["base"])["base"]["status"], "pass")

    def test_what_the_sanitiser_has_loaded_is_known(self):
        program = "from collections import Counter\ndef f(x):\n    return Counter(a=x)"
        with Slot() as slot:
            self.assertEqual(slot.sanitize("def f(x):\n    return x\nsome text", "f"), "def f(x):\n    return x")
            self.assertEqual(slot.task(TASK, "humaneval", program)["reference"], "ok")
            self.assertEqual(slot.candidate(program, ["base"])["base"]["status"], "pass")

    def test_the_root_learns_what_a_second_task_names(self):
        def maps(slot):
            return pathlib.Path("/proc/%d/maps" % slot.zygote).read_text()

        program = "import decimal\n" + REFERENCE
        with Slot() as slot:
            for is_loaded in (False, True):
                slot.task(TASK, "humaneval", REFERENCE)
                for _ in range(3):  # several programs of one task count once, and a task zygote has its own
                    verdict = slot.candidate(program)
                    self.assertEqual((verdict["base"]["status"], verdict["plus"]["status"]), ("pass", "pass"))
                self.assertEqual("_decimal" in maps(slot), is_loaded)

    def test_what_names_modules_has_them_loaded_once_for_both_halves(self):
        children = "/proc/{0}/task/{0}/children"
        for program, has_zygote in ((REFERENCE, False), ("import decimal\n" + REFERENCE, True)):
            with Slot() as slot:
                slot.task(TASK, "humaneval", REFERENCE)
                verdict = slot.candidate(program)
                self.assertEqual((verdict["base"]["status"], verdict["plus"]["status"]), ("pass", "pass"))
                zygotes = pathlib.Path(children.format(slot.zygote)).read_text().split()
                maps = [pathlib.Path("/proc/%s/maps" % zygote).read_text() for zygote in zygotes]
                self.assertEqual(["_decimal" in text for text in maps], [True] * has_zygote)


if __name__ == "__main__":
    unittest.main()

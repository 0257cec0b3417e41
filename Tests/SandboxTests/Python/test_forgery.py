"""Programs that try to pass without solving the task, or to escape a verdict."""

import json
import os
import platform
import signal
import struct
import unittest

from launch_unjailed import Slot

TASK = {"task_id": "HumanEval/0", "entry_point": "f", "atol": 0}
TASK.update(base_input=[[1], [2], [3]], plus_input=[[4]])
REFERENCE = "def f(x):\n    return x * 37 + 1\n"

# name: (program, status, reason)
ATTACKS = {
    "os._exit": ("import os\ndef f(x):\n    os._exit(0)", "timeout", "exited early"),
    "_exit with the set-up status": ("import os\nos._exit(113)", "timeout", "exited early"),
    "kill itself": ("import signal\nsignal.raise_signal(9)", "timeout", "crash"),
    "sys.exit": ("import sys\ndef f(x):\n    sys.exit(0)", "fail", "exception"),
    "abort": ("import os\ndef f(x):\n    os.abort()", "timeout", "crash"),
    "eq": (
        "class A:\n    def __eq__(self, o): return True\ndef f(x):\n    return A()",
        "fail", "unsupported type",
    ),
    "eq on int": (
        "class A(int):\n    def __eq__(self, o): return True\ndef f(x):\n    return A(3)",
        "fail", "unsupported type",
    ),
    "class property": (
        "class A:\n    __class__ = int\ndef f(x):\n    return A()", "fail", "unsupported type",
    ),
    "garbage on the result pipe": (
        "import posix\ndef f(x):\n    posix.write(3, b'pass' * 99)\n    return 1",
        "fail", "protocol violation",
    ),
    "a forged done": (
        "import posix, struct\nposix.write(3, struct.pack('<BIdIB', 5, 3, 0.0, 0, 0))\nposix._exit(0)",
        "fail", "protocol violation",
    ),
    "a forged value": (
        "import posix, struct\ndef f(x):\n"
        "    posix.write(3, struct.pack('<BIdI', 2, 0, 0.0, 1) + b'T' + struct.pack('<IB', 0, 0))\n"
        "    return 38",
        "fail", "wrong answer",
    ),
    "values out of order": (
        "import posix, struct\nposix.write(3, struct.pack('<BIdI', 2, 9, 0.0, 1))\n"
        "def f(x):\n    return 1",
        "fail", "protocol violation",
    ),
    "patched builtins": (
        "import builtins\nfor n in ('len', 'all', 'map', 'type', 'isinstance', 'max', 'bytes'):\n"
        "    setattr(builtins, n, lambda *a: True)\ndef f(x):\n    return 1",
        "fail", "wrong answer",
    ),
    "patched modules": (
        "import json, os, struct, io\njson.dumps = os.write = lambda *a: b'T'\n"
        "struct.Struct = io.StringIO = None\ndef f(x):\n    return 1",
        "fail", "wrong answer",
    ),
    "atexit": (
        "import atexit, os\natexit.register(lambda: os.write(3, b'pass'))\ndef f(x):\n    return 1",
        "fail", "wrong answer",
    ),
    "frames": (
        "import sys\ndef f(x):\n    g = sys._getframe()\n    while g:\n"
        "        for v in list(g.f_locals.values()):\n"
        "            if isinstance(v, (list, tuple)) and 38 in v: return 38\n"
        "        g = g.f_back\n    return 0",
        "fail", "wrong answer",
    ),
    "objects": (
        "import gc\ndef f(x):\n    hits = [o for o in gc.get_objects() if isinstance(o, str) and '* 37' in o]\n"
        "    return 38 if hits else 0",
        "fail", "wrong answer",
    ),
    "own modules": ("import wire\ndef f(x):\n    return x * 37 + 1", "fail", "exception"),
    "closed pipe": ("import os\nos.close(3)\ndef f(x):\n    return 1", "timeout", "exited early"),
    "lingering thread that edits": (
        "import threading, time\ndef f(x):\n    r = [0]\n"
        "    threading.Thread(target=lambda: (time.sleep(.05), r.append(1))).start()\n    return r",
        "fail", "wrong answer",
    ),
    "cycle": ("def f(x):\n    a = []\n    a.append(a)\n    return a", "fail", "unsupported type"),
    "endless output": (
        "def f(x):\n    return 'ab' * (60 << 20)",
        "fail", "output too large",
    ),
    "colliding hashes": (
        "def f(x):\n    return {i * ((1 << 61) - 1): 0 for i in range(2000)}",
        "fail", "wrong answer",
    ),
    "memory": ("def f(x):\n    return bytearray(6 << 30)", "fail", "out of memory"),
    "syntax": ("def f(x:\n", "fail", "syntax error"),
    "no entry point": ("def g(x):\n    return 1\n", "fail", "missing entry point"),
    "hostile exception": (
        "class E(BaseException):\n    def __str__(self): raise self\n    __repr__ = __str__\n"
        "def f(x):\n    raise E()",
        "fail", "exception",
    ),
}  # fmt: skip


class Forgeries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slot = Slot()
        opened = cls.slot.task(TASK, "humaneval", REFERENCE)
        assert opened["reference"] == "ok", opened

    @classmethod
    def tearDownClass(cls):
        cls.slot.close()

    def test_attacks(self):
        for name, (program, status, reason) in ATTACKS.items():
            with self.subTest(name):
                verdict = self.slot.candidate(program, ["base"])["base"]
                self.assertEqual((verdict["status"], verdict["reason"]), (status, reason), verdict)
        self.honest()

    def honest(self):
        verdict = self.slot.candidate(REFERENCE)
        self.assertEqual([verdict[h]["status"] for h in ("base", "plus")], ["pass", "pass"])

    def test_a_verdict_does_not_depend_on_the_program_before(self):
        self.slot.candidate(
            "import builtins, sys\nbuiltins.len = None\nsys.path.clear()\ndef f(x): pass"
        )
        self.honest()

    def test_a_lingering_thread_costs_no_time_limit(self):
        program = (
            "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
        )
        verdict = self.slot.candidate(program + REFERENCE, ["base"])["base"]
        self.assertEqual(verdict["status"], "pass")
        self.assertLess(verdict["wall_seconds"], 5)

    def test_first_failure_decides_over_a_later_crash(self):
        program = "import os\ndef f(x):\n    if x > 1: os._exit(0)\n    return 0"
        verdict = self.slot.candidate(program, ["base"])["base"]
        self.assertEqual((verdict["status"], verdict["reason"]), ("fail", "wrong answer"))
        verdict = self.slot.candidate(program, ["base"], fast=False)["base"]
        self.assertEqual((verdict["status"], verdict["reason"]), ("timeout", "exited early"))


class Roots(unittest.TestCase):
    """HumanEval/32, whose rule evaluates the polynomial after the call."""

    TASK = {"task_id": "HumanEval/32", "entry_point": "find_zero", "atol": 1e-4}
    TASK.update(base_input=[[[-2.0, 1.0]]], plus_input=[[[6.0, 3.0]]])
    REFERENCE = "def find_zero(xs):\n    return -xs[0] / xs[1]\n"

    def verdict(self, program, semantics="evalplus-head"):
        with Slot() as slot:
            opened = slot.task(self.TASK, "humaneval", self.REFERENCE, semantics)
            self.assertEqual(opened["reference"], "ok")
            return slot.candidate(program)["base"]

    def test_near_enough_is_a_root(self):
        program = "def find_zero(xs):\n    return -xs[0] / xs[1] + 1e-6\n"
        self.assertEqual(self.verdict(program)["status"], "pass")

    def test_clearing_the_polynomial_is_none(self):
        verdict = self.verdict("def find_zero(xs):\n    xs.clear()\n    return 0.0\n")
        self.assertEqual((verdict["status"], verdict["reason"]), ("fail", "wrong answer"))

    def test_0_3_1_fails_even_the_reference(self):
        verdict = self.verdict(self.REFERENCE, "evalplus-0.3.1")
        self.assertEqual((verdict["status"], json.loads(verdict["fail_tests"])), ("fail", []))


@unittest.skipUnless(platform.machine() == "x86_64", "the filter has x86_64's numbers: not tested")
class Filter(unittest.TestCase):
    """The prebuilt system call filter is loaded, with the own pid in place of the placeholder."""

    GETPPID, KILL, PLACEHOLDER, EPERM, ALLOW = 110, 62, 0x7E11DEAD, 0x00050001, 0x7FFF0000
    PROGRAM = b"".join(
        struct.pack("<HBBI", *instruction)
        for instruction in (
            (0x20, 0, 0, 0),  # load the number
            (0x15, 4, 0, GETPPID),
            (0x15, 0, 2, KILL),
            (0x20, 0, 0, 16),  # load the first argument
            (0x15, 0, 1, PLACEHOLDER),
            (0x06, 0, 0, ALLOW),
            (0x06, 0, 0, EPERM),
        )
    )

    def test_loaded_and_patched(self):
        program = (
            "import posix\ndef f(x):\n    if posix.getppid() != -1: return 'not loaded'\n"
            "    posix.kill(posix.getpid(), 0)\n    try:\n        posix.kill(posix.getpid() - 1, 0)\n"
            "    except PermissionError:\n        return x * 37 + 1\n"
        )
        with Slot(program=self.PROGRAM) as slot:
            slot.task(TASK, "humaneval", REFERENCE)
            verdict = slot.candidate(program)
            self.assertEqual(verdict["base"]["status"], "pass", verdict)

    def test_a_filter_that_does_not_load_is_a_fault(self):
        with Slot(program=b"\xff" * 16) as slot:
            self.assertEqual(slot.task(TASK, "humaneval", REFERENCE)["op"], "fault")


class Faults(unittest.TestCase):
    def test_a_failing_reference_is_no_verdict(self):
        with Slot() as slot:
            opened = slot.task(TASK, "humaneval", "def f(x):\n    return object()")
            self.assertEqual(opened["reference"], "failed")
            self.assertIn("unsupported type", opened["detail"])

    def test_a_dead_zygote_is_a_fault(self):
        slot = Slot()
        os.kill(slot.zygote, signal.SIGKILL)
        os.waitpid(slot.zygote, 0)
        answer = slot.task(TASK, "humaneval", REFERENCE)
        self.assertEqual(answer["op"], "fault")
        self.assertIn("zygote", answer["detail"])
        slot.zygote = None
        slot.close()


if __name__ == "__main__":
    unittest.main()

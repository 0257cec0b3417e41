"""Compares our sanitiser with evalplus's own on published samples, wrapped and mutated.

Needs a virtual environment with evalplus 0.3.1, tree-sitter and tree-sitter-python; run by hand:

    EVALKIT_DATA=... venv/bin/python compare_sanitizers.py [seconds] [seed]

evalplus 0.3.1 lacks the removal of ANSI escapes, which is applied to the text before both.
"""

import gzip
import json
import os
import pathlib
import random
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Sandbox" / "Python"))

import evalplus.sanitize as reference  # noqa: E402

import sanitizer  # noqa: E402

SAMPLES = (
    "humanevalplus/llama3.1-70b-instruct_vllm_t0.jsonl.gz",
    "humanevalplus/evalperf-qwen2.5-coder-7b_base40.jsonl.gz",
    "mbppplus/evalperf-qwen2.5-coder-7b_base40.jsonl.gz",
    "mbppplus/evalperf-qwen2.5-coder-7b_cot1.jsonl.gz",
)
JUNK = (
    "Here is the code:", "```python", "```", "# a comment", "    # an indented comment", "Sure", "",
    "if True:", "    return 1", "@decorator", "x = 1; y = 2", "x: int = 3  # note", "a, b = b, a",
    "obj.attr = name", "This isn't code.", '"""', "'''", "import os, sys  # why", "from a import (b,",
    "    c)", "def g(): return 1  # tail", "async def h():", "class A: pass", "(z) = 4", "\t", "é = 1",
    "try:", "from __future__ import annotations", "print(1)", "for i in range(3): pass", "x = (",
    "l = [1,", "]", "del x", "global q", "    yield 2", "lambda: 0", "s = f'{name}'", "x = 'a\\", "b'",
)  # fmt: skip


def entry_points(data):
    names = {}
    for name in ("HumanEvalPlus-v0.1.10", "MbppPlus-v0.2.0"):
        with gzip.open(data / "benchmarks" / (name + ".jsonl.gz")) as lines:
            for line in lines:
                task = json.loads(line)
                names[task["task_id"]] = task["entry_point"]
    return names


def samples(data):
    names = entry_points(data)
    for path in SAMPLES:
        with gzip.open(data / "samples" / path) as lines:
            for line in lines:
                row = json.loads(line)
                texts = row.get("solution", row.get("completion", row.get("programs")))
                for text in texts if isinstance(texts, list) else [texts]:
                    if isinstance(text, dict):
                        text = text.get("solution")
                    if isinstance(text, str):
                        yield names.get(row["task_id"], "f"), text


def variants(text, rng):
    yield text
    yield "Here is the solution:\n```python\n" + text + "\n```\nIt works because it's simple.\n"
    lines = text.split("\n")
    for _ in range(2):
        mutated = list(lines)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(mutated) + 1)
            choice = rng.random()
            if choice < 0.6:
                mutated.insert(at, rng.choice(JUNK))
            elif at < len(mutated):
                if choice < 0.8:
                    del mutated[at]
                else:
                    mutated[at] = mutated[at][rng.randrange(4) :]
        yield ("\r\n" if rng.random() < 0.05 else "\n").join(mutated)


def main():
    data = pathlib.Path(os.environ["EVALKIT_DATA"])
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    pool = sorted(set(samples(data)))
    rng.shuffle(pool)
    stop, compared, different, ours, theirs = time.monotonic() + seconds, 0, 0, 0.0, 0.0
    for entry_point, text in pool:
        for variant in variants(text, rng):
            if time.monotonic() > stop:
                break
            if variant.count("\n") > 120:
                continue
            variant = re.sub(sanitizer._ESCAPES, "", variant)
            start = time.process_time()
            got = sanitizer.sanitize(variant, entry_point)
            middle = time.process_time()
            want = reference.sanitize(variant, entry_point)
            ours, theirs = ours + middle - start, theirs + time.process_time() - middle
            compared += 1
            if got != want:
                different += 1
                print(
                    json.dumps(
                        {"entry_point": entry_point, "text": variant, "ours": got, "evalplus": want}
                    )
                )
    print(
        "%d samples in the pool, %d texts compared, %d different" % (len(pool), compared, different)
    )
    print("CPU seconds: ours %.1f, evalplus %.1f" % (ours, theirs))


if __name__ == "__main__":
    main()

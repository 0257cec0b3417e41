"""Writes a finished run's folder of made-up verdicts, to measure commands on large runs.

    python3 Benchmarks/synthetic_run.py OUT [--tasks 1140] [--samples 200] [--seed 0] [--drop 0.0]

The same --seed gives tasks of the same difficulty; --drop makes that share of them fail altogether, and --draw
changes the samples alone.
"""

import argparse
import json
import pathlib
import random

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("out", type=pathlib.Path)
parser.add_argument("--tasks", type=int, default=1140)
parser.add_argument("--samples", type=int, default=200)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--draw", type=int, default=0)
parser.add_argument("--drop", type=float, default=0.0)
options = parser.parse_args()

difficulty, draw = random.Random(options.seed), random.Random(f"{options.seed} {options.draw}")
rates = [difficulty.betavariate(0.6, 0.4) for _ in range(options.tasks)]
rates = [0.0 if draw.random() < options.drop else rate for rate in rates]
identity = {
    "schema": "evalkit.identity", "schema_version": 1, "evalkit": "0.1.0",
    "benchmarks": [{"name": "made-up", "version": "v1", "sha256": "0", "md5": "0", "tasks": "all"}],
    "source": {"kind": "samples", "sha256": str(options.draw)},
    "scoring": {"semantics": "evalplus-head"},
}
results = []
options.out.mkdir(parents=True, exist_ok=True)
with open(options.out / "samples.jsonl", "w") as samples:
    for task, rate in enumerate(rates):
        right = [draw.random() < rate for _ in range(options.samples)]
        words = ["pass" if one else "fail" for one in right]
        results.append({
            "task_id": f"MadeUp/{task}", "samples": len(right), "base_passed": sum(right), "plus_passed": sum(right),
            "verdicts": [
                {"sample": i, "base": word, "base_reason": "passed" if word == "pass" else "wrong answer",
                 "plus": word, "plus_reason": "passed" if word == "pass" else "wrong answer"}
                for i, word in enumerate(words)
            ],
        })
        for i, word in enumerate(words):
            solution = f"def f(x):\n    # {word}\n" + "    x += 1\n" * 40 + "    return x\n"
            samples.write(json.dumps({"task_id": f"MadeUp/{task}", "sample": i, "solution": solution}) + "\n")
report = {
    "schema": "evalkit.report", "schema_version": 1, "identity": identity, "complete": True,
    "benchmarks": [{
        "name": "made-up", "version": "v1", "tasks": len(rates), "partial": False,
        "pass_at_k": [{"k": k} for k in (1, 10, 100) if k <= options.samples],
        "missing_tasks": [], "not_judged": [], "results": results,
    }],
}
(options.out / "identity.json").write_text(json.dumps({"identity": identity, "machine": {}}, indent=2))
(options.out / "report.json").write_text(json.dumps(report, indent=2))

"""Writes a finished run's folder of made-up verdicts, to measure commands on large runs and to look at reports.

    python3 Benchmarks/synthetic_run.py OUT [--tasks 1140] [--samples 200] [--seed 0] [--drop 0.0]

The same --seed gives tasks of the same difficulty; --drop makes that share of them fail altogether, and --draw
changes the samples alone. --traces adds how answers were decoded, --hostile text that tries to break out of a
page, and --task-file DIR the task file that goes with them, for `evalkit report --data DIR`.
"""

import argparse
import gzip
import hashlib
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
parser.add_argument("--traces", action="store_true")
parser.add_argument("--hostile", action="store_true")
parser.add_argument("--task-file", type=pathlib.Path)
options = parser.parse_args()

PAYLOAD = (
    "</script><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    "<!--<script>\u202egnp.exe\u2028 \"'\u0301 onmouseover=\"document.title='owned'\u0301 {{{x}}} &lt;\x1b[31m\x00"
)
SUITE = ("humaneval+", "HumanEval/", "HumanEvalPlus-v0.1.10.jsonl.gz") if options.task_file else ("made-up", "MadeUp/", "")
WORDS = "total count values left right index result pair best seen limit words size node step digits".split()

difficulty, draw = random.Random(options.seed), random.Random(f"{options.seed} {options.draw}")
rates = [difficulty.betavariate(0.6, 0.4) for _ in range(options.tasks)]
rates = [0.0 if draw.random() < options.drop else rate for rate in rates]
detail = random.Random(f"detail {options.seed} {options.draw}")


def line(row):
    """Of a journal, without spaces as evalkit writes it."""
    return json.dumps(row, separators=(",", ":")) + "\n"


def program(task, passes, maker):
    name, other = maker.sample(WORDS, 2)
    lines = [f"def task_{task}({name}):", f'    """Works on {name}.', "    \"\"\"", f"    {other} = {maker.randrange(10)}"]
    if options.hostile:
        lines.insert(2, f"    {PAYLOAD}")
    for _ in range(maker.randrange(4, 30)):
        a, b = maker.choice(WORDS), maker.choice(WORDS)
        kind = maker.randrange(4)
        if kind == 0:
            lines += [f"    for {a} in {name}:", f"        {other} += {a} * {maker.randrange(100)}"]
        elif kind == 1:
            lines += [f"    if {other} > {maker.randrange(1000)} and {b} != {maker.randrange(50)}:", f"        return {b}"]
        elif kind == 2:
            lines.append(f"    {a} = sorted({name}, key=lambda {b}: ({b} % {maker.randrange(2, 90)}, {b}))")
        else:
            lines.append(f"    # {a} before {b}, as {'needed' if passes else 'it seemed'}")
    return "\n".join(lines + [f"    return {other}"]) + "\n"


def half(passes, seconds):
    row = {"status": "pass" if passes else "fail", "reason": "passed" if passes else "wrong answer", "tests_run": 9}
    row |= {"wall_seconds": seconds, "cpu_seconds": seconds * 0.9, "memory_bytes": 11_000_000 + detail.randrange(9_000_000)}
    if passes:
        return row | {"fail_tests": "[]"}
    kind = detail.random()
    values = [detail.randrange(-1000, 1000) for _ in range(detail.randrange(1, 40))]
    if kind < 0.6:
        row |= {"test": 3, "input": f"[{values}]", "expected": str(sum(values)), "got": str(sum(values[1:]))}
    elif kind < 0.8:
        row |= {"reason": "exception", "test": 1, "input": f"[{values}]", "expected": str(max(values))}
        row |= {"detail": f"TypeError: unsupported operand {values[0]} (line {detail.randrange(1, 6)})"}
        row |= {"output_tail": "warning: this is slow\n" * 3}
    elif kind < 0.9:
        row |= {"reason": "syntax error", "detail": "SyntaxError: '(' was never closed (line 4)", "tests_run": 0}
    else:
        row |= {"status": "timeout", "reason": "per-test timeout", "test": 5, "wall_seconds": 4.0 + detail.random()}
    if options.hostile:
        row |= {"input": PAYLOAD, "expected": PAYLOAD, "got": PAYLOAD, "output_tail": PAYLOAD, "detail": PAYLOAD}
    return row | {"fail_tests": "[[1, 2]]"}


def decoding(text, is_first):
    """A canvas that was revealed nearly left to right, with padding behind its end."""
    pieces = [piece for line in text.splitlines(True) for piece in line.replace(" ", "\0 ").split("\0") if piece]
    end, length = len(pieces), len(pieces) + 40
    steps = sorted(range(length), key=lambda position: position + detail.gauss(0, 12))
    commit = [0] * length
    for step, position in enumerate(steps):
        commit[position] = step
    fact = {
        "local_ar_ness": [round(0.75 / k + detail.random() * 0.1, 6) for k in range(1, 10)],
        "global_ar_ness": [round(min(1, 0.55 + 0.1 * k + detail.random() * 0.05), 6) for k in range(1, 5)],
        "tokens_per_forward": round(end / length * (1 + detail.random()), 6),
    }
    if is_first:
        fact |= {"steps": length, "pieces": pieces + ["<|endoftext|>"] * 40, "commit_step": commit, "end": end}
    return fact


options.out.mkdir(parents=True, exist_ok=True)
ids = [f"{SUITE[1]}{task}" for task in range(options.tasks)]
digest = md5 = "0"
if options.task_file:
    # The benchmark has 164 tasks; those beyond --tasks were not asked for.
    rows = [
        {
            "task_id": f"{SUITE[1]}{task}", "entry_point": f"task_{task}", "atol": 0, "base_input": [[1]],
            "plus_input": [[2]], "canonical_solution": "    return 1\n", "difficulty": ["easy", "medium", "hard"][task % 3],
            "prompt": f'def task_{task}(values):\n    """Return the {WORDS[task % 16]} of values.\n'
            + (f"    {PAYLOAD}\n" if options.hostile else "") + '    """\n',
        }
        for task in range(164)
    ]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    digest, md5 = hashlib.sha256(content).hexdigest(), hashlib.md5(content).hexdigest()
    options.task_file.mkdir(parents=True, exist_ok=True)
    (options.task_file / SUITE[2]).write_bytes(gzip.compress(content))
source = {"kind": "samples", "sha256": str(options.draw)}
if options.traces:
    model = PAYLOAD if options.hostile else "Made-up-7B"
    sampler = {"algorithm": "entropy", "temperature": 0.2, "top_p": 0.95, "steps": 512, "max_new_tokens": 512, "seed": "0"}
    source = {"kind": "model", "sha256": str(options.draw), "model": model, "precision": "bf16/avx512",
              "sampler": sampler, "prompt_style": "completion", "samples_per_task": options.samples}
identity = {
    "schema": "evalkit.identity", "schema_version": 1, "evalkit": "0.1.0",
    "benchmarks": [{"name": SUITE[0], "version": "v0.1.10", "sha256": digest, "md5": md5, "tasks": "all"}],
    "source": source,
    "scoring": {"semantics": "evalplus-head"},
}
results = []
with open(options.out / "samples.jsonl", "w") as samples, open(options.out / "verdicts.jsonl", "w") as verdicts:
    for task, (name, rate) in enumerate(zip(ids, rates)):
        if options.hostile and task == options.tasks - 1:
            name += PAYLOAD
        right = [draw.random() < rate for _ in range(options.samples)]
        rows = []
        for i, passes in enumerate(right):
            text = program(task, passes, detail)
            passes_base = passes or detail.random() < 0.3
            base, plus = half(passes_base, detail.lognormvariate(-5, 1)), half(passes, detail.lognormvariate(-4, 1))
            rows.append({"sample": i, "base": base["status"], "base_reason": base["reason"],
                         "plus": plus["status"], "plus_reason": plus["reason"]})
            row = {"task_id": name, "sample": i, "solution": text}
            if options.traces:
                row |= {"prompt_tokens": 140, "forward_passes": 512, "masks_left": 0,
                        "decoding": decoding(text, i == 0), "completion": text + "\n```\nThis works because it must.\n"}
            samples.write(line(row))
            verdict = {"task_id": name, "sample": i, "base": base, "plus": plus}
            if options.traces:
                # Now and then only the sanitizer makes a program of a text, or unmakes one.
                turned = detail.random() < 0.05
                raw = half(passes != turned, 0.01)
                verdict["unsanitized"] = {"base": raw, "plus": raw} if turned or not passes else "same"
            verdicts.write(line(verdict))
        results.append({
            "task_id": name, "samples": len(right), "base_passed": sum(row["base"] == "pass" for row in rows),
            "plus_passed": sum(right), "verdicts": rows,
        })
report = {
    "schema": "evalkit.report", "schema_version": 1, "identity": identity, "complete": True,
    "benchmarks": [{
        "name": SUITE[0], "version": "v0.1.10", "tasks": len(rates), "partial": False,
        "pass_at_k": [{"k": k} for k in (1, 10, 100) if k <= options.samples],
        "missing_tasks": [], "not_judged": [], "results": results,
    }],
}
machine = {"system": "Linux", "processor": PAYLOAD if options.hostile else "a made-up processor", "cores": 2,
           "memory_bytes": 8 << 30}
(options.out / "identity.json").write_text(json.dumps({"identity": identity, "machine": machine}, indent=2))
(options.out / "report.json").write_text(json.dumps(report, indent=2))

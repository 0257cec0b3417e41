"""Scores the same samples with evalplus and with evalkit and compares time, memory and verdicts.

Started by compare-evalplus.sh, which provides the evalplus that `python -m evalplus.evaluate` finds. evalkit is
run twice, the second time with the expected values that the first has kept. The floor (floor.py) is the reference
programs on all inputs in plain processes of the interpreter that evalkit uses.
Without --samples it writes the reference solutions as samples, which every harness should pass.
"""

import argparse
import gzip
import importlib.metadata
import json
import os
import pathlib
import shutil
import sys

import peers
from peers import MANIFEST, ROOT, verdicts

# Pass/fail differences that evalplus's own faults explain, by (benchmark, task).
KNOWN = {
    ("humaneval+", "HumanEval/32"): "release 0.3.1 forgets to record this task's tests, so it always fails",
    ("mbpp+", "Mbpp/255"): "evalplus counts its own 4 GB of expected values against the candidate's limit",
    ("mbpp+", "Mbpp/392"): "evalplus counts its own 4 GB of expected values against the candidate's limit",
}


def reference_samples(tasks, path):
    with open(path, "w") as out:
        for line in tasks.read_text().splitlines():
            task = json.loads(line)
            solution = task["prompt"] + task["canonical_solution"]
            out.write(json.dumps({"task_id": task["task_id"], "solution": solution}) + "\n")


def compare(name, theirs, ours):
    """Prints what differs. Returns how many pass/fail differences nothing explains."""
    pairs = labels = unexplained = 0
    lines = []
    for task in sorted(set(theirs) | set(ours), key=peers.task_number):
        a, b = theirs.get(task, []), ours.get(task, [])
        if len(a) != len(b):
            lines.append(f"  {task}: {len(a)} samples in evalplus's results, {len(b)} in evalkit's")
            unexplained += 1
        for index, (left, right) in enumerate(zip(a, b)):
            for half, l, r in zip(("base", "plus"), left, right):
                pairs += 1
                if l == r:
                    continue
                if (l == "pass") == (r == "pass"):
                    labels += 1
                    kind = "both refuse it, under another name"
                else:
                    kind = KNOWN.get((name, task), "UNEXPLAINED")
                    unexplained += kind == "UNEXPLAINED"
                lines.append(f"  {task} [{index}] {half}: evalplus {l}, evalkit {r} ({kind})")
    print(f"\n{name}: {pairs} verdicts compared, {len(lines)} differ, {labels} of them in the label only")
    print("\n".join(lines), end="\n" if lines else "")
    return unexplained


def measure_floor(benchmark, tasks, work, options):
    """A row of the table."""
    command = [options.python, str(ROOT / "Benchmarks/floor.py"), str(tasks), benchmark["dataset"],
               str(options.jobs), *benchmark["slowest_tasks"]]
    return peers.measured(command, dict(os.environ), work / "floor.log", options.interval)


def print_rows(rows):
    columns = ("harness", "wall s", "CPU s", "peak PSS MiB", "peak RSS MiB", "processes", "pass@1 base / plus")
    print("\n| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for name, row, found in rows:
        share = ["-", "-"]
        if found:
            first = [samples[0] for samples in found.values() if samples]
            share = [f"{sum(all(s == 'pass' for s in v[: half + 1]) for v in first) / len(found):.4f}"
                     for half in (0, 1)]
        pss = f"{row['pss'] / 2**20:.0f}" + ("*" if row["unreadable"] else "")
        print(f"| {name} | {row['wall']:.1f} | {row['cpu']:.1f} | {pss} | {row['rss'] / 2**20:.0f} "
              f"| {row['processes']} | {share[0]} / {share[1]} |")
    if any(row["unreadable"] for _, row, _ in rows):
        print("\n\\* the kernel kept the PSS of some processes from us; their resident size is counted instead")


def main():
    parser = argparse.ArgumentParser(prog="compare-evalplus.sh", description=__doc__.split("\n\n")[0])
    peers.add_options(parser)
    parser.add_argument("--samples", type=pathlib.Path, help="a .jsonl[.gz] file; needs one --benchmark")
    parser.add_argument("--evalkit-option", action="append", default=[], help="passed on to evalkit score")
    parser.add_argument("--python", default=os.environ.get("EVALKIT_PYTHON", "/usr/bin/python3"),
                        help="the interpreter of evalkit's candidates and of the floor")
    parser.add_argument("--only", choices=("evalplus", "evalkit"), help="run one of the two")
    parser.add_argument("--warm", action="store_true", help="run evalplus again with its expected values cached")
    parser.add_argument("--no-memory-limit", action="store_true",
                        help="lift evalplus's memory limit (EVALPLUS_MAX_MEMORY_BYTES=-1)")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / ".build-peers/compare")
    options = parser.parse_args()
    names = options.benchmark or sorted(MANIFEST)
    if options.samples and len(names) != 1:
        parser.error("--samples needs exactly one --benchmark")
    peers.prepare(parser, options, needs_evalkit=options.only != "evalplus")
    environment = {"EVALPLUS_MAX_MEMORY_BYTES": "-1"} if options.no_memory_limit else {}

    unexplained = 0
    for name in names:
        benchmark = MANIFEST[name]
        work = options.work.resolve() / benchmark["dataset"]
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        tasks = work / "tasks.jsonl"
        peers.write_tasks(benchmark, options.data, tasks)
        samples = work / "samples.jsonl"
        if options.samples is None:
            reference_samples(tasks, samples)
        elif options.samples.suffix == ".gz":
            samples.write_bytes(gzip.decompress(options.samples.read_bytes()))
        else:
            shutil.copyfile(options.samples, samples)
        rows = []
        if options.only != "evalkit":
            version = importlib.metadata.version("evalplus")
            label = f"evalplus {os.environ.get('PYTHONPATH') or version}"
            for suffix in ("", ", warm")[: 2 if options.warm else 1]:
                row, results = peers.run_evalplus(benchmark, tasks, samples, work, options, environment)
                theirs = verdicts(results)
                rows.append((label + suffix, row, theirs))
            shutil.rmtree(work / "evalplus-cache", ignore_errors=True)
        if options.only != "evalplus":
            floor = measure_floor(benchmark, tasks, work, options)
            rows.append(("floor", floor, None))
            for label, first in (("evalkit", ["--refresh"]), ("evalkit, warm", [])):
                arguments = first + options.evalkit_option + ["--python", options.python]
                row, results = peers.run_evalkit(benchmark, samples, work, options, arguments)
                ours = verdicts(results)
                rows.append((label, row, ours))
        print(f"\n## {benchmark['title']} {benchmark['version']}, {options.jobs} workers, "
              f"{options.samples or 'reference solutions'}")
        print_rows(rows)
        if options.only != "evalplus":
            print(f"\nevalkit / floor: {row['wall'] / floor['wall']:.2f} in wall time")
        if options.only is None:
            reference = rows[1 if options.warm else 0][1]
            print(f"\nevalplus / evalkit: {reference['wall'] / row['wall']:.1f} in wall time, "
                  f"{reference['pss'] / max(row['pss'], 1):.1f} in peak PSS")
            unexplained += compare(name, theirs, ours)
        sys.stdout.flush()
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

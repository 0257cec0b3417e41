"""Many trivial candidates: what the harness adds to each, and whether its memory stays flat.

    python3 Benchmarks/soak.py [--candidates 100000] [--data DIR] [--evalkit FILE] [--jobs N]

Scores the reference solutions of four tasks with the fewest tests over and over, base and plus each in a fresh
state, and prints candidates a second, CPU milliseconds a candidate beyond what its tests take in a plain
process, and the memory of all processes together (PSS) at every tenth of the way. Exits with 1 unless every
candidate passed and the memory of the last tenth is within a fifth of that of the second.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import time

import peers

TASKS = ("Mbpp/455", "Mbpp/762", "Mbpp/793", "Mbpp/740")


def plain_seconds(task):
    """Compiling and running one candidate, both halves, in this process."""
    text = task["prompt"] + task["canonical_solution"]
    best = []
    for _ in range(50):
        start = time.process_time()
        for half in ("base_input", "plus_input"):
            scope = {}
            exec(compile(text, "<string>", "exec"), scope)
            for arguments in task[half]:
                scope[task["entry_point"]](*arguments)
        best.append(time.process_time() - start)
    return statistics.median(best)


def main():
    parser = argparse.ArgumentParser(prog="soak.py", description=__doc__.split("\n\n")[0])
    peers.add_options(parser)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--work", type=pathlib.Path, default=peers.ROOT / ".build-peers/soak")
    options = parser.parse_args()
    peers.prepare(parser, options)
    benchmark = peers.MANIFEST["mbpp+"]
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    tasks = options.work / "tasks.jsonl"
    peers.write_tasks(benchmark, options.data, tasks)
    rows = {task["task_id"]: task for task in map(json.loads, tasks.read_text().splitlines())}
    samples = options.work / "samples.jsonl"
    with open(samples, "w") as out:
        for number in range(options.candidates):
            task = rows[TASKS[number % len(TASKS)]]
            text = task["prompt"] + task["canonical_solution"]
            out.write(json.dumps({"task_id": task["task_id"], "solution": f"{text}\n# {number}\n"}) + "\n")
    names = [word for task in TASKS for word in ("--task", task)]
    row, results = peers.run_evalkit(benchmark, samples, options.work, options, names)
    found = peers.verdicts(results)
    passed = sum(v == ("pass", "pass") for task in TASKS for v in found[task])

    plain = statistics.mean(plain_seconds(rows[task]) for task in TASKS)
    count = options.candidates
    print(f"candidates {count}, passed {passed}, wall {row['wall']:.1f} s, {count / row['wall']:.0f} a second")
    print(f"CPU {1000 * row['cpu'] / count:.2f} ms a candidate, of which {1000 * plain:.2f} ms are its own; "
          f"the harness adds {1000 * (row['cpu'] / count - plain):.2f} ms")
    tenths = []
    for tenth in range(10):
        low, high = (row["wall"] * share / 10 for share in (tenth, tenth + 1))
        tenths.append(statistics.median([pss for at, pss in row["history"] if low <= at < high] or [0]))
    print("PSS MiB by tenths: " + " ".join(f"{pss / 2**20:.0f}" for pss in tenths))
    return 0 if passed == count and tenths[-1] <= 1.2 * tenths[1] else 1


if __name__ == "__main__":
    sys.exit(main())

"""Scores thousands of changed reference solutions with evalplus and evalkit and explains each difference.

Started by compare-mutants.sh. The programs come from mutants.py and are the same for the same seed. Both
harnesses get the same limits, evalplus 8 GB of memory (its expected values count against it) and the hash
seed that evalkit's candidates have. A verdict is one program on the base or the plus tests; two are equal
when their status is. One that differs is a documented divergence (a rule below says which), or both
harnesses run the program again alone. What differs then as well is unexplained and makes the exit status 1.
"""

import argparse
import collections
import json
import pathlib
import shutil
import sys

import divergences
import mutants
import peers

HALVES = ("base", "plus")
MINIMUM, FACTOR, MEMORY = 4.0, 4.0, 8 << 30
HEAVY = {"Mbpp/255"}  # 0.8 GB of expected values; the other tasks together have 0.3 GB


def write_lines(lines, path):
    with open(path, "w") as out:
        for line in lines:
            out.write(json.dumps(line) + "\n")


def groups_of(tasks):
    """The task lists that evalplus gets one after the other.

    Every process of evalplus carries all expected values, so one task with a gigabyte of them makes each
    verdict of the others slow and their memory limit tight."""
    heavy = [task for task in tasks if task["task_id"] in HEAVY]
    return [group for group in ([task for task in tasks if task not in heavy], heavy) if group]


def score(benchmark, tasks, samples, work, options):
    """Runs both on `samples`, which belong to `tasks` (parsed lines).

    Returns {(task, number of the sample): ({half: evalplus's status}, {half: evalkit's verdict})}."""
    theirs = {}
    environment = {"EVALPLUS_MAX_MEMORY_BYTES": str(MEMORY), "PYTHONHASHSEED": "0"}
    limits = ("--min_time_limit", str(MINIMUM), "--gt_time_limit_factor", str(FACTOR))
    for index, group in enumerate(groups_of(tasks)):
        folder = work / f"group-{index}"
        folder.mkdir(parents=True, exist_ok=True)
        ids = {task["task_id"] for task in group}
        write_lines(group, folder / "tasks.jsonl")
        write_lines([s for s in samples if s["task_id"] in ids], folder / "samples.jsonl")
        row, results = peers.run_evalplus(
            benchmark, folder / "tasks.jsonl", folder / "samples.jsonl", folder, options, environment, limits)
        shutil.rmtree(folder / "evalplus-cache", ignore_errors=True)
        print(f"evalplus: {row['wall']:.0f} s for {len(group)} tasks", file=sys.stderr)
        theirs.update(peers.verdicts(results))
    write_lines(samples, work / "samples.jsonl")
    (work / "evalplus-verdicts.json").write_text(json.dumps(theirs))
    return score_ours(benchmark, work, options)


def score_ours(benchmark, work, options):
    """Runs evalkit on the samples that `score` left in `work`. Returns what `score` does."""
    # The same interpreter: what numpy's values equal depends on its version.
    row, _ = peers.run_evalkit(benchmark, work / "samples.jsonl", work, options,
                               ("--timeout", str(MINIMUM), "--quiet", "--python", sys.executable))
    print(f"evalkit: {row['wall']:.0f} s", file=sys.stderr)
    return rows(work)


def rows(work):
    """What `score` returned, from the files that it left."""
    theirs = {(task, index): dict(zip(HALVES, statuses))
              for task, samples in json.loads((work / "evalplus-verdicts.json").read_text()).items()
              for index, statuses in enumerate(samples)}
    ours = {}
    for line in (work / "evalkit-run/verdicts.jsonl").read_text().splitlines():
        verdict = json.loads(line)
        ours[verdict["task_id"], verdict["sample"]] = verdict
    if theirs.keys() != ours.keys():
        sys.exit(f"{len(theirs.keys() ^ ours.keys())} programs have a verdict of only one harness; see {work}")
    return {key: (theirs[key], ours[key]) for key in ours}


def differing(table):
    """(key, half) of the verdicts that are not equal."""
    return [(key, half) for key, (theirs, ours) in table.items() for half in HALVES
            if theirs[half] != ours[half]["status"]]


def again_alone(benchmark, tasks, programs, keys, work, options):
    """{key: (theirs, ours)} of a second run of `keys`, one at a time."""
    alone = work / "alone"
    shutil.rmtree(alone, ignore_errors=True)
    alone.mkdir()
    order = collections.defaultdict(list)
    for key in sorted(keys):
        order[key[0]].append(key)
    single = argparse.Namespace(**{**vars(options), "jobs": 1})
    table = score(benchmark, [task for task in tasks if task["task_id"] in order],
                  [programs[key] for task in order.values() for key in task], alone, single)
    return {order[task][index]: row for (task, index), row in table.items()}


def line(key, half, kind, theirs, ours):
    verdict = ours[half]
    detail = f", {verdict['detail']}" if verdict.get("detail") else ""
    return (f"{key[0]} [{key[1]}] {half}, {kind}: evalplus {theirs[half]}, evalkit {verdict['status']} "
            f"({verdict['reason']}{detail}, {verdict['wall_seconds']:.1f} s)")


def explain(benchmark, tasks, programs, table, work, options):
    """{explanation: [line]} for every verdict that differs."""
    groups, open_ = collections.defaultdict(list), []
    for key, half in differing(table):
        theirs, ours = table[key]
        kind = programs[key]["mutant"]
        name = divergences.documented(kind, theirs[half], ours[half])
        if name:
            groups["documented: " + name].append(line(key, half, kind, theirs, ours))
        else:
            open_.append((key, half))
    if not open_:
        return groups
    second = again_alone(benchmark, tasks, programs, {key for key, _ in open_}, work, options)
    still = set(differing(second))
    for key, half in open_:
        kind, differs = programs[key]["mutant"], (key, half) in still
        group = "UNEXPLAINED" if differs else "agrees when it runs alone"
        groups[group].append(line(key, half, kind, *(second if differs else table)[key]))
    return groups


def print_report(benchmark, programs, table, groups):
    pairs = collections.Counter(
        (theirs[half], ours[half]["status"]) for theirs, ours in table.values() for half in HALVES)
    reasons = collections.Counter(ours[half]["reason"] for _, ours in table.values() for half in HALVES)
    kinds = collections.Counter(sample["mutant"] for sample in programs.values())
    trees = sum(count for kind, count in kinds.items() if kind.startswith("tree: "))
    print(f"\n## {benchmark['title']} {benchmark['version']}\n")
    print(f"{len(programs)} programs over {len({task for task, _ in programs})} tasks, {trees} of them changes "
          f"of the syntax tree, {len(kinds)} kinds; {2 * len(programs)} verdicts, "
          f"{sum(map(len, groups.values()))} differ, {len(groups.get('UNEXPLAINED', ()))} unexplained.\n")
    print("| evalplus | evalkit | verdicts |\n|---|---|---|")
    for (theirs, ours), count in sorted(pairs.items()):
        print(f"| {theirs} | {ours} | {count} |")
    print("\n| evalkit's reason | verdicts |\n|---|---|")
    for reason, count in reasons.most_common():
        print(f"| {reason} | {count} |")
    for group, lines in sorted(groups.items()):
        print(f"\n### {group}: {len(lines)}\n")
        for text in lines:
            print("- " + text)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(prog="compare-mutants.sh", description=__doc__.split("\n\n")[0])
    peers.add_options(parser)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tree", type=int, default=4, help="changes of the syntax tree for each task")
    parser.add_argument("--odd", type=int, default=3, help="oddities for each task")
    parser.add_argument("--reuse", action="store_true", help="explain the results that an earlier run left")
    parser.add_argument("--reuse-evalplus", action="store_true", help="run evalkit again, but not evalplus")
    parser.add_argument("--work", type=pathlib.Path, default=peers.ROOT / ".build-peers/mutants")
    options = parser.parse_args()
    peers.prepare(parser, options)
    unexplained = 0
    for name in options.benchmark or sorted(peers.MANIFEST):
        benchmark = peers.MANIFEST[name]
        work = options.work.resolve() / benchmark["dataset"]
        if not (options.reuse or options.reuse_evalplus):
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            peers.write_tasks(benchmark, options.data, work / "tasks.jsonl")
        tasks = [json.loads(text) for text in (work / "tasks.jsonl").read_text().splitlines()]
        programs, met = {}, collections.Counter()
        for sample in mutants.generate(tasks, options.seed, options.tree, options.odd):
            programs[sample["task_id"], met[sample["task_id"]]] = sample
            met[sample["task_id"]] += 1
        if options.reuse:
            table = rows(work)
        elif options.reuse_evalplus:
            table = score_ours(benchmark, work, options)
        else:
            table = score(benchmark, tasks, list(programs.values()), work, options)
        groups = explain(benchmark, tasks, programs, table, work, options)
        print_report(benchmark, programs, table, groups)
        unexplained += len(groups.get("UNEXPLAINED", ()))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

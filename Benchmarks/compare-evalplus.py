"""Scores the same samples with evalplus and with evalkit and compares time, memory and verdicts.

Started by compare-evalplus.sh, which provides the evalplus that `python -m evalplus.evaluate` finds.
Without --samples it writes the reference solutions as samples, which every harness should pass.
"""

import argparse
import ctypes
import gzip
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = {b["name"]: b for b in json.loads((ROOT / "Benchmarks/manifest.json").read_text())["benchmarks"]}
PR_SET_CHILD_SUBREAPER = 36

# Pass/fail differences that evalplus's own faults explain, by (benchmark, task).
KNOWN = {
    ("humaneval+", "HumanEval/32"): "release 0.3.1 forgets to record this task's tests, so it always fails",
    ("mbpp+", "Mbpp/255"): "evalplus counts its own 4 GB of expected values against the candidate's limit",
    ("mbpp+", "Mbpp/392"): "evalplus counts its own 4 GB of expected values against the candidate's limit",
}


class MemoryPeak(threading.Thread):
    """Watches the memory of all processes below this one, however they are related to each other.

    Resident memory counts shared pages once per process. PSS divides them by the number of sharers, and so
    adds up; where the kernel does not let us read it, the resident size stands in for it.
    """

    def __init__(self, interval):
        super().__init__(daemon=True)
        self.interval = interval
        self.rss = self.pss = self.processes = self.unreadable = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(self.interval):
            self.sample()

    def sample(self):
        parents = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    stat = pathlib.Path("/proc", name, "stat").read_bytes()
                except OSError:
                    continue
                parents[int(name)] = int(stat.rsplit(b")", 1)[1].split()[1])
        ours = {os.getpid()}
        while more := {p for p, parent in parents.items() if parent in ours} - ours:
            ours |= more
        rss = pss = 0
        ours.discard(os.getpid())
        for process in ours:
            try:
                pages = int(pathlib.Path(f"/proc/{process}/statm").read_bytes().split()[1])
            except (OSError, IndexError):
                continue
            resident = pages * os.sysconf("SC_PAGESIZE")
            rss += resident
            try:
                text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
                pss += 1024 * next(int(l.split()[1]) for l in text.splitlines() if l.startswith("Pss:"))
            except PermissionError:
                pss += resident
                self.unreadable += 1
            except (OSError, StopIteration):
                pss += resident
        self.rss, self.pss = max(self.rss, rss), max(self.pss, pss)
        self.processes = max(self.processes, len(ours))


def measured(command, environment, log, interval):
    """Runs command to its end. Returns a row of the table, or ends the program if the command failed."""
    peak = MemoryPeak(interval)
    before = os.times()
    start = time.monotonic()
    peak.start()
    with open(log, "wb") as output:
        status = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ).returncode
    wall = time.monotonic() - start
    after = os.times()
    peak.ended.set()
    peak.join()
    # What the command left behind has become our child.
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass
    if status != 0:
        tail = pathlib.Path(log).read_text(errors="replace").splitlines()[-15:]
        sys.exit("\n".join(tail) + f"\n\n{command[0]} ended with {status}; all of its output is in {log}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"wall": wall, "cpu": cpu, "rss": peak.rss, "pss": peak.pss, "processes": peak.processes,
            "unreadable": peak.unreadable}


def task_file(benchmark, folder):
    for place in (folder, folder / "benchmarks"):
        if (place / benchmark["file"]).exists():
            return place / benchmark["file"]
    sys.exit(f"{benchmark['file']} is not in {folder} or {folder}/benchmarks; give its folder with --data")


def reference_samples(tasks, path):
    with open(path, "w") as out:
        for line in tasks.read_text().splitlines():
            task = json.loads(line)
            solution = task["prompt"] + task["canonical_solution"]
            out.write(json.dumps({"task_id": task["task_id"], "solution": solution}) + "\n")


def run_evalplus(benchmark, tasks, samples, work, options, cache):
    mine = work / "evalplus.jsonl"
    if not mine.exists():
        mine.symlink_to(samples)
    for old in work.glob("evalplus*eval_results.json"):
        old.unlink()
    environment = dict(os.environ, XDG_CACHE_HOME=str(cache), TOKENIZERS_PARALLELISM="false",
                       HF_HUB_OFFLINE="1")
    override = "HUMANEVAL_OVERRIDE_PATH" if benchmark["dataset"] == "humaneval" else "MBPP_OVERRIDE_PATH"
    environment[override] = str(tasks)
    if options.no_memory_limit:
        environment["EVALPLUS_MAX_MEMORY_BYTES"] = "-1"
    row = measured(
        [sys.executable, "-m", "evalplus.evaluate", "--dataset", benchmark["dataset"], "--samples", str(mine),
         "--parallel", str(options.jobs), "--i_just_wanna_run"],
        environment, work / "evalplus.log", options.interval)
    (results,) = work.glob("evalplus*eval_results.json")
    return row, verdicts(results)


def run_evalkit(benchmark, samples, work, options):
    results = work / "evalkit.eval_results.json"
    run = work / "evalkit-run"
    results.unlink(missing_ok=True)
    shutil.rmtree(run, ignore_errors=True)
    command = [str(options.evalkit), "score", str(samples), "--benchmark", benchmark["name"], "--output",
               str(run), "--evalplus-results", str(results), "--jobs", str(options.jobs), "--data",
               str(options.data)] + options.evalkit_option
    row = measured(command, dict(os.environ), work / "evalkit.log", options.interval)
    return row, verdicts(results)


def verdicts(path):
    """{task id: [(base, plus), ...]} of a results file."""
    results = json.loads(path.read_text())
    return {
        task: [(sample["base_status"], sample["plus_status"]) for sample in samples]
        for task, samples in results["eval"].items()
    }


def compare(name, theirs, ours):
    """Prints what differs. Returns how many pass/fail differences nothing explains."""
    pairs = labels = unexplained = 0
    lines = []
    for task in sorted(set(theirs) | set(ours), key=lambda t: (t.split("/")[0], int(t.split("/")[1]))):
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


def print_rows(rows):
    columns = ("harness", "wall s", "CPU s", "peak PSS MiB", "peak RSS MiB", "processes", "pass@1 base / plus")
    print("\n| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for name, row, found in rows:
        share = [sum(all(s == "pass" for s in v[: half + 1]) for vs in found.values() for v in vs[:1])
                 / len(found) for half in (0, 1)]
        pss = f"{row['pss'] / 2**20:.0f}" + ("*" if row["unreadable"] else "")
        print(f"| {name} | {row['wall']:.1f} | {row['cpu']:.1f} | {pss} | {row['rss'] / 2**20:.0f} "
              f"| {row['processes']} | {share[0]:.4f} / {share[1]:.4f} |")
    if any(row["unreadable"] for _, row, _ in rows):
        print("\n\\* the kernel kept the PSS of some processes from us; their resident size is counted instead")


def main():
    parser = argparse.ArgumentParser(prog="compare-evalplus.sh", description=__doc__.split("\n\n")[0])
    parser.add_argument("--benchmark", action="append", choices=sorted(MANIFEST), help="default: all")
    parser.add_argument("--samples", type=pathlib.Path, help="a .jsonl[.gz] file; needs one --benchmark")
    parser.add_argument("--data", type=pathlib.Path,
                        default=os.environ.get("EVALKIT_DATA") or ROOT.parent / "shared/data")
    parser.add_argument("--evalkit", type=pathlib.Path, default=ROOT / ".build/release/evalkit")
    parser.add_argument("--evalkit-option", action="append", default=[], help="passed on to evalkit score")
    parser.add_argument("--only", choices=("evalplus", "evalkit"), help="run one of the two")
    parser.add_argument("--jobs", type=int, default=2, help="workers of each (default 2)")
    parser.add_argument("--warm", action="store_true", help="run evalplus again with its expected values cached")
    parser.add_argument("--no-memory-limit", action="store_true",
                        help="lift evalplus's memory limit (EVALPLUS_MAX_MEMORY_BYTES=-1)")
    parser.add_argument("--interval", type=float, default=0.5, help="seconds between two looks at memory")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / ".build-peers/compare")
    options = parser.parse_args()
    names = options.benchmark or sorted(MANIFEST)
    if options.samples and len(names) != 1:
        parser.error("--samples needs exactly one --benchmark")
    if options.only != "evalplus" and not os.access(options.evalkit, os.X_OK):
        parser.error(f"{options.evalkit} is not there: swift build -c release, or --evalkit PATH")
    options.data = options.data.resolve()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    unexplained = 0
    for name in names:
        benchmark = MANIFEST[name]
        work = options.work.resolve() / benchmark["dataset"]
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        # Unzipped, so that evalplus computes the hash that it would of its own download.
        tasks = work / "tasks.jsonl"
        tasks.write_bytes(gzip.decompress(task_file(benchmark, options.data).read_bytes()))
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
            cache = work / "evalplus-cache"
            row, theirs = run_evalplus(benchmark, tasks, samples, work, options, cache)
            rows.append((label, row, theirs))
            if options.warm:
                row, theirs = run_evalplus(benchmark, tasks, samples, work, options, cache)
                rows.append((label + ", warm", row, theirs))
            shutil.rmtree(cache, ignore_errors=True)
        if options.only != "evalplus":
            row, ours = run_evalkit(benchmark, samples, work, options)
            rows.append(("evalkit", row, ours))
        print(f"\n## {benchmark['title']} {benchmark['version']}, {options.jobs} workers, "
              f"{options.samples or 'reference solutions'}")
        print_rows(rows)
        if options.only is None:
            reference = rows[-2][1]
            print(f"\nevalplus / evalkit: {reference['wall'] / row['wall']:.1f} in wall time, "
                  f"{reference['pss'] / max(row['pss'], 1):.1f} in peak PSS")
            unexplained += compare(name, theirs, ours)
        sys.stdout.flush()
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

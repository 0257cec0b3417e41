"""Runs evalplus and evalkit on the same samples, for the programs that compare the two.

Started by with-evalplus.sh, which provides the evalplus that `python -m evalplus.evaluate` finds.
"""

import ctypes
import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = {b["name"]: b for b in json.loads((ROOT / "Benchmarks/manifest.json").read_text())["benchmarks"]}
PR_SET_CHILD_SUBREAPER = 36


class MemoryPeak(threading.Thread):
    """Watches the memory of all processes below this one, however they are related to each other.

    Resident memory counts shared pages once per process. PSS divides them by the number of sharers, and so
    adds up; where the kernel does not let us read it, the resident size stands in for it.
    """

    def __init__(self, interval):
        super().__init__(daemon=True)
        self.interval = interval
        self.rss = self.pss = self.processes = self.unreadable = 0
        self.cpu, self.history = 0.0, []  # history: (seconds since the start, PSS)
        self.began = time.monotonic()
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(self.interval):
            self.sample()

    def sample(self):
        parents, spent = {}, {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    stat = pathlib.Path("/proc", name, "stat").read_bytes()
                except OSError:
                    continue
                fields = stat.rsplit(b")", 1)[1].split()
                parents[int(name)] = int(fields[1])
                spent[int(name)] = sum(map(int, fields[11:15]))  # its own and its dead children's
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
        # A box is killed as a whole, and then nobody inherits what its processes have spent.
        self.cpu = max(self.cpu, sum(map(spent.get, ours)) / os.sysconf("SC_CLK_TCK"))
        self.history.append((time.monotonic() - self.began, pss))
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
    return {"wall": wall, "cpu": max(cpu, peak.cpu), "history": peak.history, "rss": peak.rss,
            "pss": peak.pss, "processes": peak.processes, "unreadable": peak.unreadable}


def add_options(parser):
    """The options that every comparison has."""
    parser.add_argument("--benchmark", action="append", choices=sorted(MANIFEST), help="default: all")
    parser.add_argument("--data", type=pathlib.Path,
                        default=os.environ.get("EVALKIT_DATA") or ROOT.parent / "shared/data")
    parser.add_argument("--evalkit", type=pathlib.Path, default=ROOT / ".build/release/evalkit")
    parser.add_argument("--jobs", type=int, default=2, help="workers of each (default 2)")
    parser.add_argument("--interval", type=float, default=0.5, help="seconds between two looks at memory")


def prepare(parser, options, needs_evalkit=True):
    """Checks the common options, and sets up what the commands inherit."""
    if needs_evalkit and not os.access(options.evalkit, os.X_OK):
        parser.error(f"{options.evalkit} is not there: swift build -c release, or --evalkit PATH")
    options.data = options.data.resolve()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # A shell's background jobs ignore it, and evalplus's candidates would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def write_tasks(benchmark, folder, path):
    """Unzips the task file, so that evalplus computes the hash that it would of its own download."""
    for place in (folder, folder / "benchmarks"):
        if (place / benchmark["file"]).exists():
            path.write_bytes(gzip.decompress((place / benchmark["file"]).read_bytes()))
            return
    sys.exit(f"{benchmark['file']} is not in {folder} or {folder}/benchmarks; give its folder with --data")


def run_evalplus(benchmark, tasks, samples, work, options, environment=(), arguments=()):
    """Returns (row of measurements, results file). Expected values stay in `work`/evalplus-cache."""
    mine = work / "evalplus.jsonl"
    mine.unlink(missing_ok=True)
    mine.symlink_to(samples)
    for old in work.glob("evalplus*eval_results.json"):
        old.unlink()
    variables = dict(os.environ, XDG_CACHE_HOME=str(work / "evalplus-cache"), TOKENIZERS_PARALLELISM="false",
                     HF_HUB_OFFLINE="1")
    override = "HUMANEVAL_OVERRIDE_PATH" if benchmark["dataset"] == "humaneval" else "MBPP_OVERRIDE_PATH"
    variables[override] = str(tasks)
    variables.update(environment)
    row = measured(
        [sys.executable, "-m", "evalplus.evaluate", "--dataset", benchmark["dataset"], "--samples", str(mine),
         "--parallel", str(options.jobs), "--i_just_wanna_run", *arguments],
        variables, work / "evalplus.log", options.interval)
    (results,) = work.glob("evalplus*eval_results.json")
    return row, results


def run_evalkit(benchmark, samples, work, options, arguments=()):
    """Returns (row of measurements, results file in evalplus's format). The run is `work`/evalkit-run."""
    results = work / "evalkit.eval_results.json"
    run = work / "evalkit-run"
    results.unlink(missing_ok=True)
    shutil.rmtree(run, ignore_errors=True)
    command = [str(options.evalkit), "score", str(samples), "--benchmark", benchmark["name"], "--output",
               str(run), "--evalplus-results", str(results), "--jobs", str(options.jobs), "--data",
               str(options.data), *arguments]
    return measured(command, dict(os.environ), work / "evalkit.log", options.interval), results


def verdicts(path):
    """{task id: [(base, plus), ...]} of a results file."""
    results = json.loads(path.read_text())
    return {
        task: [(sample["base_status"], sample["plus_status"]) for sample in samples]
        for task, samples in results["eval"].items()
    }


def task_number(task):
    """Sorts task ids as people count."""
    return task.split("/")[0], int(task.split("/")[1])

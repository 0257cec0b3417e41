"""Has evalplus' own evaluator read what evalkit writes: it must print the scores that evalkit reports.

It finds X_eval_results.json beside X.jsonl and takes the verdicts from there, so nothing is run.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).parent.parent
fixtures = root / "Tests/EvalKitTests/Interop/Fixtures"
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--evalkit", default=root / ".build/release/evalkit", type=pathlib.Path)
parser.add_argument("runs", nargs="*", type=pathlib.Path, help="run folders or result files (default: the fixtures)")
options = parser.parse_args()
runs = options.runs or sorted(fixtures.glob("*_eval_results.json"))

failed = False
for run in runs:
    report = json.loads(subprocess.check_output([options.evalkit, "report", run, "--format", "json"]))
    benchmark = report["runs"][0]["report"]["benchmarks"][0]
    dataset = {"humaneval+": "humaneval", "mbpp+": "mbpp"}[benchmark["name"]]
    ours = {
        half: {f"pass@{row['k']}": row[half]["value"] for row in benchmark["pass_at_k"]}
        for half in ("base", "plus") if half in benchmark
    }
    with tempfile.TemporaryDirectory() as folder:
        samples = pathlib.Path(folder) / "x.jsonl"
        samples.touch()
        written = pathlib.Path(folder) / "x_eval_results.json"
        subprocess.check_call([options.evalkit, "report", run, "--format", "evalplus", "-o", written])
        command = [sys.executable, "-m", "evalplus.evaluate", "--dataset", dataset, "--samples", samples]
        if "plus" not in ours:
            command.append("--base_only")
        printed = subprocess.check_output(command, text=True, cwd=folder)
    # Base first, then base and extra tests, three digits each.
    theirs, half = {}, None
    for line in printed.splitlines():
        line = re.sub(r"\x1b\[\d*m", "", line)
        if "tests)" in line:
            half = "plus" if "extra" in line else "base"
            theirs[half] = {}
        elif match := re.match(r"(pass@\d+):\s+([\d.]+)", line):
            theirs[half][match[1]] = float(match[2])
    same = theirs.keys() == ours.keys() and all(
        theirs[half].keys() == ours[half].keys()
        and all(abs(theirs[half][k] - value) <= 0.0005 + 1e-9 for k, value in ours[half].items())
        for half in ours)
    print(f"{'ok' if same else 'DIFFERS'} -- {run.name}: evalplus reads {theirs}")
    failed |= not same
sys.exit(failed)

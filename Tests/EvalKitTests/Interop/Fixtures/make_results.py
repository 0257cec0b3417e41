"""Has evalplus judge a few programs and keeps its result file: what the readers of such files are tested with.

    python3 -m venv V && V/bin/pip install evalplus==0.2.0
    V/bin/python make_results.py DATA OUT

DATA is the folder with HumanEvalPlus-v0.1.10.jsonl.gz and MbppPlus-v0.2.0.jsonl.gz. The committed files are of
evalplus 0.2.0 (statuses in lists) and 0.3.1 (an object a sample), each also with the base tests alone. MBPP+ has
inputs of a hundred digits and Infinity among its failing tests.
"""

import gzip
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

data, out = map(pathlib.Path, sys.argv[1:3])
version = importlib.metadata.version("evalplus")
suites = {
    "humaneval": ("HumanEvalPlus-v0.1.10.jsonl.gz", ["HumanEval/0", "HumanEval/2", "HumanEval/31", "HumanEval/53"]),
    "mbpp": ("MbppPlus-v0.2.0.jsonl.gz", ["Mbpp/404", "Mbpp/566", "Mbpp/799"]),
}
stuck = "while True:\n    pass\n"


def run(dataset, options, suffix):
    file, wanted = suites[dataset]
    with gzip.open(data / file, "rt") as lines:
        tasks = [task for task in map(json.loads, lines) if task["task_id"] in wanted]
    with tempfile.TemporaryDirectory() as folder:
        subset = pathlib.Path(folder) / "subset.jsonl"
        subset.write_text("".join(json.dumps(task) + "\n" for task in tasks))
        samples = pathlib.Path(folder) / "samples.jsonl"
        with open(samples, "w") as rows:
            for index, task in enumerate(tasks):
                own = task["canonical_solution"]
                right = task["prompt"] + own if dataset == "humaneval" else own
                wrong = f"# \U0001f600\ndef {task['entry_point']}(*args):\n    return None\n"
                for solution in [right, wrong, stuck if index == 0 else right]:
                    rows.write(json.dumps({"task_id": task["task_id"], "solution": solution}) + "\n")
        # 0.2.0 does not make it.
        (pathlib.Path(folder) / "evalplus").mkdir()
        variable = dataset.upper() + "_OVERRIDE_PATH"
        subprocess.run(
            [sys.executable, "-m", "evalplus.evaluate", "--dataset", dataset, "--samples", samples, "--parallel", "2",
             *options],
            env={**os.environ, variable: str(subset), "XDG_CACHE_HOME": folder}, check=True, stdout=sys.stderr)
        results = json.loads((pathlib.Path(folder) / "samples_eval_results.json").read_text())
    # Not of interest, and another one each time.
    results["date"] = "2024-01-31 23:59"
    name = f"{dataset}-{version}{suffix}_eval_results.json"
    (out / name).write_text(json.dumps(results) + "\n")


if version == "0.2.0":
    run("humaneval", [], "")
    run("humaneval", ["--base-only"], "-base")
    run("mbpp", ["--test-details"], "")
else:
    run("humaneval", [], "")
    run("humaneval", ["--base_only"], "-base")
    run("mbpp", ["--test_details"], "")

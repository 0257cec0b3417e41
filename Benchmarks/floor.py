"""The floor of judging: the reference programs on all their inputs, in plain processes.

    python3 Benchmarks/floor.py TASKS.jsonl humaneval|mbpp [WORKERS [SLOWEST-TASK...]]

No limits, no sandbox, nothing compared; each worker takes the next task as soon as it is free, the named
ones first. Reading the inputs and executing the program once a half belong to it, as in every harness. Prints
one JSON object: wall, the CPU seconds of all workers, and those of the calls alone.
"""

import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Sandbox/Python"))
import convert  # noqa: E402


def run(task, dataset):
    """Seconds of CPU in the calls."""
    spent = 0.0
    for half in ("base_input", "plus_input"):
        inputs = convert.convert(dataset, task["task_id"], task[half])
        scope = {}
        exec(compile(task["prompt"] + task["canonical_solution"], "<string>", "exec"), scope)
        function = scope[task["entry_point"]]
        for arguments in inputs:
            start = time.process_time()
            function(*arguments)
            spent += time.process_time() - start
    return spent


def work(lines, dataset, queue, answer):
    spent = 0.0
    while number := os.read(queue, 4):
        spent += run(json.loads(lines[int.from_bytes(number, "little")]), dataset)
    os.write(answer, json.dumps([spent, time.process_time()]).encode() + b"\n")
    os._exit(0)


def main():
    path, dataset = sys.argv[1:3]
    workers, slowest = int((sys.argv[3:4] or [2])[0]), sys.argv[4:]
    lines = pathlib.Path(path).read_bytes().splitlines()
    names = [json.loads(line.split(b'"prompt"')[0].rstrip(b', ') + b"}")["task_id"] for line in lines]
    order = sorted(range(len(lines)), key=lambda i: slowest.index(names[i]) if names[i] in slowest else 1000)
    start = time.monotonic()
    queue, fill = os.pipe()
    os.write(fill, b"".join(i.to_bytes(4, "little") for i in order))
    os.close(fill)
    result, answer = os.pipe()
    for _ in range(workers):
        if os.fork() == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            work(lines, dataset, queue, answer)
    os.close(answer)
    with os.fdopen(result) as stream:
        rows = [json.loads(line) for line in stream]
    wall = time.monotonic() - start
    if len(rows) != workers:
        sys.exit("a worker died")
    calls, cpu = (sum(column) for column in zip(*rows))
    print(json.dumps({"wall": wall, "cpu": cpu, "calls": calls}))


if __name__ == "__main__":
    main()

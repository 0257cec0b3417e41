"""Canonical solutions must pass, and published samples must get evalplus's verdicts."""

import threading
import unittest

from benchmark_data import load, lines, needs_data, tasks
from launch_unjailed import Slot

# Big ints, tuples, sets, complex, infinities, tolerance, special oracles, `{}` as plus_input.
SUBSET = {
    "humaneval": (0, 2, 22, 32, 53, 77, 123, 137),
    "mbpp": (2, 7, 82, 115, 124, 232, 252, 278, 404, 558, 581, 615, 722, 737, 769, 787, 793, 794),
}


def judge_all(dataset, items, halves=("base", "plus"), slots=2):
    """{index: reply} for (task, program) pairs, on several slots."""
    replies, queue, lock = {}, list(enumerate(items)), threading.Lock()

    def work():
        with Slot() as slot:
            while True:
                with lock:
                    if not queue:
                        return
                    index, (task, program) = queue.pop(0)
                opened = slot.task(task, dataset, task["prompt"] + task["canonical_solution"])
                if opened.get("reference") == "ok":
                    replies[index] = slot.candidate(program, halves)
                else:
                    replies[index] = opened

    workers = [threading.Thread(target=work) for _ in range(slots)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return replies


class Canonical(unittest.TestCase):
    def check(self, dataset, wanted):
        known = tasks(dataset)
        chosen = [t for t in known.values() if int(t["task_id"].split("/")[1]) in wanted]
        items = [(task, task["prompt"] + task["canonical_solution"]) for task in chosen]
        replies = judge_all(dataset, items)
        self.assertEqual(len(replies), len(items))
        for index, reply in replies.items():
            with self.subTest(items[index][0]["task_id"]):
                for half in ("base", "plus"):
                    self.assertEqual(reply.get(half, reply).get("status"), "pass", reply)

    @needs_data
    def test_subset(self):
        for dataset, numbers in SUBSET.items():
            self.check(dataset, numbers)


class PublishedSamples(unittest.TestCase):
    @needs_data
    def test_llama_against_evalplus_head(self):
        stem = "samples/humanevalplus/llama3.1-70b-instruct_vllm_t0"
        known = tasks("humaneval")
        rows = lines(stem + ".jsonl.gz")
        # All of them are scored through the jail in Tests/CLITests.
        rows = rows[::8]
        verdicts = load(stem + "_evalplus-head_eval_results.json.gz")["eval"]
        items = [(known[row["task_id"]], row["solution"]) for row in rows]
        replies = judge_all("humaneval", items)
        self.assertEqual(len(replies), len(rows))
        for index, row in enumerate(rows):
            want = verdicts[row["task_id"]][0]
            self.assertEqual(want["solution"], row["solution"])
            with self.subTest(row["task_id"]):
                for half in ("base", "plus"):
                    got = replies[index][half]
                    # The published run used --test_details, where a failure can become a timeout.
                    self.assertEqual(got["status"] == "pass", want[half + "_status"] == "pass", got)


if __name__ == "__main__":
    unittest.main()

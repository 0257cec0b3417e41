"""Reads the benchmark files and vectors below EVALKIT_DATA, which are no part of the project."""

import gzip
import json
import os
import pathlib
import unittest

DATA = os.environ.get("EVALKIT_DATA")
FILES = {"humaneval": "HumanEvalPlus-v0.1.10.jsonl.gz", "mbpp": "MbppPlus-v0.2.0.jsonl.gz"}

needs_data = unittest.skipUnless(DATA, "EVALKIT_DATA is not set: the data tests did not run")


def load(path):
    """A JSON document below EVALKIT_DATA, gzipped or not."""
    full = pathlib.Path(DATA) / path
    opener = gzip.open if full.suffix == ".gz" else open
    with opener(full, "rt") as stream:
        return json.load(stream)


def lines(path):
    with gzip.open(pathlib.Path(DATA) / path, "rt") as stream:
        return [json.loads(line) for line in stream]


def tasks(dataset):
    return {task["task_id"]: task for task in lines("benchmarks/" + FILES[dataset])}

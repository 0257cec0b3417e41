"""Seconds of a pass and of a denoising step: evalkit, PyTorch and llama.cpp on one checkpoint, in turns.

A pass computes all logits of a canvas. Every round runs every engine once, each in a process of its own (one pass
to warm up, three that count), and before each the machine's peak: clocks move, so that only what one round has of
both may be compared. Columns: median and range of the rounds' medians; operations, and the peak of the
multiply-add that the engine's type is made of, in billions a second; seconds over those of evalkit in the same
round, median of the rounds; the mean step of one decode of half the canvas (entropy, temperature 0.2, top-p 0.95)
by 'evalkit bench' and llama-diffusion-cli, PyTorch having no such program; resident memory at its highest.

Started by compare-engines.sh, which installs the peers.

    Benchmarks/compare-engines.sh --size 0.5b --threads 2 --repeat 5 --steps 256 --json engines.json
    Benchmarks/compare-engines.sh --only 'evalkit-*' --only torch-bf16 --no-step
"""

import argparse
import fnmatch
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
# Name: (arithmetic of its peak, bytes a parameter). bf16 is emulated where the processor has none.
ENGINES = {
    "evalkit-fp32": ("fp32", 4), "evalkit-bf16": ("bf16", 2), "evalkit-int8": ("int8", 1),
    "torch-fp32": ("fp32", 4), "torch-fp32-compiled": ("fp32", 8),
    "torch-bf16": ("bf16", 2), "torch-bf16-compiled": ("bf16", 4), "torch-int8": ("int8", 5),
    "llama-f16": ("fp32", 2), "llama-bf16": ("bf16", 2), "llama-q8_0": ("int8", 1), "llama-q4_0": ("int8", 1),
}
PASSES = 3


def finished(command):
    """(standard output, standard error, peak resident bytes) of a program that has to succeed."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        output = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    if process.returncode != 0:
        line = " ".join(map(str, command))
        raise RuntimeError(f"{line}\nended with {process.returncode}:\n{(output + said)[-2000:]}")
    return output, said, usage.ru_maxrss * 1024


def json_of(command):
    return json.loads(finished(command)[0])


def is_newer(made, source):
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


class Engines:
    def __init__(self, options, model, config):
        self.options, self.model, self.config = options, model, config

    def peak(self):
        return json_of([self.options.kernel_bench, "peak", self.options.threads])

    def pass_seconds(self, name):
        """Median of a process' passes, and what else it knows."""
        kind, _, variant = name.partition("-")
        return getattr(self, kind)(variant)

    def evalkit(self, precision, steps=1):
        measured = json_of(
            [self.options.evalkit, "bench", "--model", self.model, "--precision", precision, "--threads",
             self.options.threads, "--positions", self.options.positions, "--steps", steps, "--json"])
        return {"pass": measured["pass_seconds"], "step": measured["step_seconds"],
                "resident": measured["peak_resident_bytes"], "load": measured["load_seconds"],
                "instructions": measured["instruction_set"]}

    def torch(self, variant):
        precision, _, compiled = variant.partition("-")
        measured = json_of(
            [sys.executable, HERE / "torch_dream.py", "--model", self.model, "--precision", precision, "--threads",
             self.options.threads, "--positions", self.options.positions, "--passes", PASSES]
            + (["--compiled"] if compiled else []))
        return {"pass": statistics.median(measured["seconds"]), "resident": measured["resident"],
                "load": measured["load_seconds"]}

    def llama(self, variant):
        count = self.options.positions
        output, _, resident = finished(
            [self.options.llama_build / "bin/llama-bench", "-m", self.converted(variant), "-p", count,
             "-n", 0, "-b", count, "-ub", count, "-t", self.options.threads, "-r", PASSES, "-o", "json"])
        measured = json.loads(output)
        return {"pass": statistics.median(measured[0]["samples_ns"]) * 1e-9, "resident": resident}

    def step_seconds(self, name):
        """None where the engine has no such program."""
        kind, _, variant = name.partition("-")
        if kind == "evalkit":
            return self.evalkit(variant, self.options.steps)["step"]
        if kind == "torch":
            return None
        count = self.options.positions
        # A word that is one token, so that half of the canvas is prompt.
        output, said, _ = finished(
            [self.options.llama_build / "bin/llama-diffusion-cli", "-m", self.converted(variant), "-p",
             "x" + " x" * (count // 2 - 1), "-c", count, "-b", count, "-ub", count, "-t", self.options.threads,
             "--diffusion-steps", self.options.steps, "--diffusion-algorithm", 1, "--diffusion-eps", 0.001,
             "--temp", 0.2, "--top-p", 0.95, "--seed", 0])
        found = re.search(r"time per step: ([0-9.]+)ms", output + said)
        if not found:
            raise RuntimeError(f"llama-diffusion-cli said no time:\n{(output + said)[-2000:]}")
        return float(found[1]) * 1e-3

    def converted(self, variant):
        """The checkpoint as GGUF in this type; made once for each checkpoint."""
        folder = self.options.peers / "gguf"
        folder.mkdir(exist_ok=True)
        whole, wanted = (folder / f"{self.model.name}-{kind}.gguf" for kind in ("bf16", variant))
        if not is_newer(whole, self.model / "config.json"):
            finished([sys.executable, HERE / "dream_to_gguf.py", self.model, whole])
        if not is_newer(wanted, whole):
            finished([self.options.llama_build / "bin/llama-quantize", whole, f"{wanted}.partial", variant])
            os.rename(f"{wanted}.partial", wanted)
        return wanted

    def fits(self, name, parameters):
        """Nothing is learnt from an engine that swaps or is killed."""
        line = next(line for line in open("/proc/meminfo") if line.startswith("MemAvailable"))
        return parameters * ENGINES[name][1] * 1.05 + 2e9 < int(line.split()[1]) * 1024


def say(progress):
    print(f"compare-engines: {progress}", file=sys.stderr, flush=True)


def measure(engines, names, options):
    """One list of rounds for each engine; a round has the pass, the first one the step, each with its peak."""
    rounds = {name: [] for name in names}
    for number in range(options.repeat):
        for name in list(rounds):
            say(f"round {number + 1} of {options.repeat}: {name}")
            try:
                peak = engines.peak()[ENGINES[name][0]]
                rounds[name].append(engines.pass_seconds(name) | {"peak": peak})
            except RuntimeError as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
                del rounds[name]
    for name in list(rounds) if options.step else ():
        say(f"decoding: {name}")
        try:
            peak = engines.peak()[ENGINES[name][0]]
            rounds[name][0] |= {"decode_peak": peak, "decode_step": engines.step_seconds(name)}
        except RuntimeError as error:
            print(f"{name} has no step: {error}", file=sys.stderr)
    return rounds


def row(name, rounds, operations, ours):
    """The figures of one engine; `ours` are evalkit's rounds, by name."""
    seconds = [one["pass"] for one in rounds]
    return {
        "engine": name, "pass_seconds": statistics.median(seconds),
        "fastest": min(seconds), "slowest": max(seconds),
        "operations_per_second": operations / statistics.median(seconds),
        "peak": statistics.median(one["peak"] for one in rounds),
        "peak_fraction": statistics.median(operations / one["pass"] / one["peak"] for one in rounds),
        "over": {other: statistics.median(one["pass"] / mine["pass"] for one, mine in zip(rounds, theirs))
                 for other, theirs in ours.items()},
        "step_seconds": rounds[0].get("decode_step"), "resident_bytes": max(one["resident"] for one in rounds),
        "rounds": rounds,
    }


def table(rows, ours):
    head = ["engine", "pass s", "min .. max", "Gop/s", "peak", "of peak"] + [f"/ {name}" for name in ours] + [
        "step s", "resident GB"]
    lines = [head]
    for one in rows:
        lines.append(
            [one["engine"], f"{one['pass_seconds']:.3f}", f"{one['fastest']:.3f} .. {one['slowest']:.3f}",
             f"{one['operations_per_second'] / 1e9:.0f}", f"{one['peak'] / 1e9:.0f}", f"{one['peak_fraction']:.0%}"]
            + [f"{one['over'][name]:.2f}" for name in ours]
            + [f"{one['step_seconds']:.3f}" if one["step_seconds"] else "-", f"{one['resident_bytes'] / 1e9:.2f}"])
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])])
        for line in lines)


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def check(engines, options):
    """Whether the peer computes what we do: relative error of fp32 logits on 48 positions."""
    import numpy as np

    tokens = ",".join(str((7919 * at + 13) % 1000) for at in range(48))
    files = [options.peers / f"check-{kind}.npy" for kind in ("evalkit", "torch")]
    finished([options.evalkit, "logits", "--model", engines.model, "--tokens", tokens, "--output", files[0]])
    finished([sys.executable, HERE / "torch_dream.py", "--model", engines.model, "--tokens", tokens, "--output",
              files[1]])
    ours, theirs = map(np.load, files)
    error = float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))
    print(f"logits of evalkit and PyTorch in fp32 differ by {error:.2g} of their norm")
    if not error < 1e-3:
        sys.exit("that is not the same network")


def main():
    parser = argparse.ArgumentParser(
        prog="compare-engines.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="0.5b", choices=["tiny", "0.5b", "1.5b", "7b"], help="default 0.5b")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="default: all cores")
    parser.add_argument("--positions", type=int, default=512, help="length of the canvas (default 512)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--steps", type=int, default=32, help="denoising steps of the decode (default 32)")
    parser.add_argument("--no-step", dest="step", action="store_false", help="passes only")
    parser.add_argument("--instructions", choices=["avx2", "avx512-vnni"], help="run, and compile llama.cpp, as for "
                        "a processor that has no more (default: what this one has)")
    parser.add_argument("--only", action="append", metavar="GLOB", help=f"of {', '.join(ENGINES)}; repeatable")
    parser.add_argument("--check", action="store_true", help="first compare the logits of evalkit and PyTorch")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write everything measured")
    parser.add_argument("--tokenizer", type=pathlib.Path, metavar="DIR", help="Qwen2.5-Coder's vocab.json and "
                        "merges.txt (default $EVALKIT_DATA/tokenizer/qwen2.5-coder)")
    parser.add_argument("--evalkit", type=pathlib.Path, default=ROOT / ".build/release/evalkit")
    parser.add_argument("--kernel-bench", type=pathlib.Path, default=ROOT / ".build/release/kernel-bench")
    parser.add_argument("--peers", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--llama-build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for program in options.evalkit, options.kernel_bench:
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is not there: swift build -c release")
    names = [name for name in ENGINES if any(fnmatch.fnmatch(name, glob) for glob in options.only or ["*"])]
    if not names:
        parser.error(f"--only matches none of {', '.join(ENGINES)}")

    model = options.peers / "models" / options.size
    if not (model / "config.json").exists() or not list(model.glob("*.safetensors")):
        data = os.environ.get("EVALKIT_DATA")
        tokenizer = options.tokenizer or (data and pathlib.Path(data) / "tokenizer/qwen2.5-coder")
        if not tokenizer:
            parser.error("give --tokenizer DIR or set EVALKIT_DATA")
        finished([sys.executable, HERE / "random-checkpoint.py", "--size", options.size, "--output", model,
                 "--tokenizer", tokenizer])
    import safetensors_files  # needs numpy, which --help does not

    config = safetensors_files.configuration(model)
    engines = Engines(options, model, config)
    parameters = sum(path.stat().st_size for path in model.glob("*.safetensors")) / 2
    for name in [name for name in names if not engines.fits(name, parameters)]:
        print(f"{name} is left out: it does not fit in memory", file=sys.stderr)
        names.remove(name)
    if options.check:
        check(engines, options)
    operations = safetensors_files.pass_operations(config, options.positions)
    load = os.getloadavg()[0]
    began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    rounds = measure(engines, names, options)
    ours = {name: rounds[name] for name in rounds if name.startswith("evalkit-")}
    rows = [row(name, listed, operations, ours) for name, listed in rounds.items()]
    about = {
        "processor": processor(), "threads": options.threads, "positions": options.positions, "size": options.size,
        "instructions": options.instructions, "rounds": options.repeat, "steps": options.steps,
        "operations": operations, "began": began, "load_before": load, "load_after": os.getloadavg()[0],
        "evalkit": finished([options.evalkit, "--version"])[0].strip(),
        "torch": importlib.metadata.version("torch"),
        "llama-cpp-python": ", ".join(path.name.split("-")[-1] for path in options.peers.glob("src/*-*[0-9]")),
    }
    limited = f" used as {options.instructions}" if options.instructions else ""
    print(f"{about['processor']}{limited}, {options.threads} threads; {options.size}, {options.positions} positions, "
          f"{operations / 1e9:.0f} billion operations a pass; {options.repeat} rounds from {began}")
    print(f"evalkit {about['evalkit']}, PyTorch {about['torch']}, "
          f"llama.cpp of llama-cpp-python {about['llama-cpp-python']}")
    print(table(rows, ours))
    if load > 0.5:
        print(f"The machine was busy (load {load:.1f} before): these figures are worth little.", file=sys.stderr)
    if options.json:
        document = {"schema": "evalkit.engines", "schema_version": 1, **about, "engines": rows}
        options.json.write_text(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()

"""Makes the model fixtures of this folder: tiny random Dream checkpoints, their logits and traces.

An independent implementation of the network and of its sampler in PyTorch, single precision, written
from the description of modeling_dream.py and generation_utils.py. Run it in this folder:

    pip install torch numpy && python3 make_vectors.py

Every choice in a trace is checked to have a margin well above rounding, or to be an exact tie, so that
an engine that is right agrees token for token.
"""

import dataclasses
import hashlib
import json
import math
import os
import struct

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

HIDDEN, INNER, LAYERS, HEADS, KV_HEADS, VOCAB, THETA, EPS = 32, 64, 2, 4, 2, 320, 10000.0, 1e-6
HEAD = HIDDEN // HEADS
MASK = 304


@dataclasses.dataclass(frozen=True)
class Network:
    """A family's mathematics and sizes; the defaults are Dream's."""

    hidden: int = HIDDEN
    layers: int = LAYERS
    heads: int = HEADS
    kv_heads: int = KV_HEADS
    head: int = HEAD
    theta: float = THETA
    eps: float = EPS
    mask: int = MASK
    shift: bool = True
    causal: bool = False
    block: int = 0
    bias: bool = True
    head_norm: bool = False


DREAM = Network()
SPECIALS = {
    "<|endoftext|>": 300, "<|im_start|>": 301, "<|im_end|>": 302,
    "<|beginoftext|>": 303, "<|mask|>": MASK, "<|dlm_pad|>": 305,
}
MERGES = """Ġ Ġ;ĠĠ ĠĠ;i n;r e;e r;o n;d e;de f;Ġ d;r n;re t;u rn;ret urn;Ġ return;i f;f or;o r;f or;Ġ for;
Ġ in;Ġ if;s e;se l;sel f;Ġ =;( );) :;l e;le n;p r;pr in;prin t;Ċ ĠĠĠĠ;Ċ Ċ;a t;1 0;= =;Ġ ==;e l;i s;l is;lis t"""


def byte_alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table, extra = {}, 0
    for byte in range(256):
        if byte in printable:
            table[byte] = chr(byte)
        else:
            table[byte] = chr(256 + extra)
            extra += 1
    return table


def write_tokenizer(folder):
    vocab = {char: byte for byte, char in byte_alphabet().items()}
    lines = []
    for line in MERGES.replace("\n", "").split(";"):
        left, right = line.split(" ")
        if left not in vocab or right not in vocab or left + right in vocab:
            continue
        vocab[left + right] = len(vocab)
        lines.append(line)
    assert len(vocab) <= 300
    put = lambda name, text: open(f"{folder}/{name}", "w", newline="").write(text)
    put("vocab.json", json.dumps(vocab, ensure_ascii=False, separators=(",", ":")))
    put("merges.txt", "#version: 0.2\n" + "\n".join(lines) + "\n")
    put("added_tokens.json", json.dumps(SPECIALS, indent=1))


def names(tied):
    yield "model.embed_tokens.weight", (VOCAB, HIDDEN)
    for n in range(LAYERS):
        at = f"model.layers.{n}."
        yield at + "input_layernorm.weight", (HIDDEN,)
        yield at + "post_attention_layernorm.weight", (HIDDEN,)
        for part, rows in (("q", HEADS * HEAD), ("k", KV_HEADS * HEAD), ("v", KV_HEADS * HEAD)):
            yield at + f"self_attn.{part}_proj.weight", (rows, HIDDEN)
            yield at + f"self_attn.{part}_proj.bias", (rows,)
        yield at + "self_attn.o_proj.weight", (HIDDEN, HEADS * HEAD)
        yield at + "mlp.gate_proj.weight", (INNER, HIDDEN)
        yield at + "mlp.up_proj.weight", (INNER, HIDDEN)
        yield at + "mlp.down_proj.weight", (HIDDEN, INNER)
    yield "model.norm.weight", (HIDDEN,)
    if not tied:
        yield "lm_head.weight", (VOCAB, HIDDEN)


def random_weights(seed, tied, dtype):
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in names(tied):
        noise = torch.randn(*shape, generator=generator)
        if name.endswith("norm.weight"):
            value = 1 + 0.2 * noise
        elif name.endswith("bias"):
            value = 0.5 * noise
        elif name == "lm_head.weight":
            value = 0.55 * noise
        elif name == "model.embed_tokens.weight":
            value = (0.4 if tied else 1.0) * noise
        else:
            value = 1.3 * noise / math.sqrt(shape[1])
        weights[name] = value.to(dtype)
    return weights


DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


def write_safetensors(path, weights):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in weights.items():
        raw = value.contiguous().view(torch.uint8).numpy().tobytes()
        header[name] = {
            "dtype": DTYPES[value.dtype], "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def write_checkpoint(name, seed, tied, dtype, shards):
    folder = f"{HERE}/{name}"
    os.makedirs(folder, exist_ok=True)
    write_tokenizer(folder)
    config = {
        "architectures": ["DreamModel"], "model_type": "Dream", "vocab_size": VOCAB,
        "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS, "hidden_act": "silu",
        "max_position_embeddings": 2048, "rms_norm_eps": EPS, "rope_theta": THETA,
        "rope_scaling": None, "tie_word_embeddings": tied, "use_sliding_window": False,
        "sliding_window": None, "max_window_layers": 2, "attention_dropout": 0.0,
        "mask_token_id": MASK, "pad_token_id": 300, "bos_token_id": 300, "eos_token_id": 300,
    }
    open(f"{folder}/config.json", "w").write(json.dumps(config, indent=2) + "\n")
    weights = random_weights(seed, tied, dtype)
    if shards == 1:
        write_safetensors(f"{folder}/model.safetensors", weights)
    else:
        keys = list(weights)
        where = {}
        for shard in range(shards):
            file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
            part = keys[shard * len(keys) // shards : (shard + 1) * len(keys) // shards]
            write_safetensors(f"{folder}/{file}", {key: weights[key] for key in part})
            where |= {key: file for key in part}
        index = {"metadata": {}, "weight_map": where}
        open(f"{folder}/model.safetensors.index.json", "w").write(json.dumps(index, indent=1))
    return {key: value.float() for key, value in weights.items()}


def rms(x, weight, eps=EPS):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * weight


def rope(x, theta=THETA):
    """x: [heads, n, d]"""
    n, d = x.shape[1:]
    frequencies = 1.0 / theta ** (torch.arange(0, d, 2).float() / d)
    angles = torch.outer(torch.arange(n).float(), frequencies)
    angles = torch.cat([angles, angles], -1)
    turned = torch.cat([-x[..., d // 2 :], x[..., : d // 2]], -1)
    return x * angles.cos() + turned * angles.sin()


def forward(w, tokens, net=DREAM):
    """w: by the names of Qwen2, whatever the family's own are."""
    n = len(tokens)
    h = w["model.embed_tokens.weight"][torch.tensor(tokens)]
    for layer in range(net.layers):
        g = lambda part: w[f"model.layers.{layer}.{part}"]
        a = rms(h, g("input_layernorm.weight"), net.eps)

        def heads(part, count):
            x = a @ g(f"self_attn.{part}_proj.weight").T
            if net.bias:
                x = x + g(f"self_attn.{part}_proj.bias")
            x = x.view(n, count, net.head).transpose(0, 1)
            if net.head_norm and part != "v":
                x = rms(x, g(f"self_attn.{part}_norm.weight"), net.eps)
            return x

        q, k = rope(heads("q", net.heads), net.theta), rope(heads("k", net.kv_heads), net.theta)
        v = heads("v", net.kv_heads)
        k, v = (x.repeat_interleave(net.heads // net.kv_heads, 0) for x in (k, v))
        scores = q @ k.transpose(1, 2) / math.sqrt(net.head)
        if net.causal:
            scores = scores.masked_fill(torch.ones(n, n).triu(1).bool(), -torch.inf)
        if net.block:
            number = torch.arange(n) // net.block
            scores = scores.masked_fill(number[None, :] > number[:, None], -torch.inf)
        p = torch.softmax(scores, -1)
        h = h + (p @ v).transpose(0, 1).reshape(n, -1) @ g("self_attn.o_proj.weight").T
        m = rms(h, g("post_attention_layernorm.weight"), net.eps)
        gate = torch.nn.functional.silu(m @ g("mlp.gate_proj.weight").T)
        h = h + (gate * (m @ g("mlp.up_proj.weight").T)) @ g("mlp.down_proj.weight").T
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return rms(h, w["model.norm.weight"], net.eps) @ head.T


class Close(Exception):
    """A choice of the trace hangs on rounding."""


def philox(counter, key):
    c, k = list(counter), list(key)
    for turn in range(10):
        if turn:
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        even, odd = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [
            (odd >> 32) ^ c[1] ^ k[0], odd & 0xFFFFFFFF,
            (even >> 32) ^ c[3] ^ k[1], even & 0xFFFFFFFF,
        ]
    return c


class Stream:
    def __init__(self, seed, task, sample):
        digest = hashlib.sha256(struct.pack("<Q", seed) + task.encode()).digest()
        self.key, self.sample = struct.unpack("<2I", digest[:8]), sample

    def words(self, step, position):
        return philox((step, position, self.sample & 0xFFFFFFFF, self.sample >> 32), self.key)

    def token(self, step, position):
        x, y, _, _ = self.words(step, position)
        return ((x << 32 | y) >> 11) * 2.0**-53

    def reveal(self, step, position):
        return np.float32((self.words(step, position)[2] >> 8) * 2.0**-24)

    def order(self, step, position):
        return (self.words(step, position)[3] + 0.5) * 2.0**-32


def apart(a, b, margin):
    """Equal to the bit, or far from each other."""
    if a != b and abs(a - b) < margin:
        raise Close


def sample(z, o, uniform):
    """One row of logits -> (confidence, token)."""
    if o["temperature"] > 0:
        z = z / o["temperature"]
    if o["top_p"] is not None and o["top_p"] < 1:
        order = torch.sort(z, descending=True, stable=True)
        mass = order.values.softmax(-1).cumsum(-1)
        for c in mass.tolist():
            apart(c, o["top_p"], 1e-5)
        cut = mass > o["top_p"]
        cut = torch.cat([torch.tensor([False]), cut[:-1]])
        z = z.clone()
        z[order.indices[cut]] = torch.finfo(z.dtype).min
    if o["top_k"] is not None:
        bound = z.topk(min(o["top_k"], len(z))).values[-1]
        z = z.masked_fill(z < bound, torch.finfo(z.dtype).min)
    p = z.softmax(-1)
    best = p.sort(descending=True, stable=True)
    if o["temperature"] > 0:
        cumulated = p.double().cumsum(0)
        token = int((cumulated <= uniform * cumulated[-1]).sum())
        if (cumulated / cumulated[-1] - uniform).abs().min() < 1e-5:
            raise Close
        chosen = float(p[token])
    else:
        token, chosen = int(best.indices[0]), float(best.values[0])
        apart(float(best.values[0]) + 1e-30, float(best.values[1]), 1e-4)
    if o["alg"] == "topk_margin":
        return float(best.values[0] - best.values[1]), token
    if o["alg"] == "entropy":
        return float((p * torch.log(p + 1e-10)).sum()), token
    return chosen, token


def times(steps, eps):
    return torch.linspace(1, eps, steps + 1)


def generate(w, prompt, o, net=DREAM):
    x = prompt + [net.mask] * o["max_new_tokens"]
    ts = times(o["steps"], o["eps"])
    stream = Stream(o["seed"], o["task"], o["sample"])
    history, tied, mask_draws = [], 0, 0
    for i in range(o["steps"]):
        masked = [j for j, token in enumerate(x) if token == net.mask]
        last = i == o["steps"] - 1
        share = 1 - ts[i + 1] / ts[i]
        raw = forward(w, x, net)
        z = torch.cat([raw[:1], raw[:-1]]) if net.shift else raw
        if o["alg"] == "origin":
            p = np.float32(1 if last else share.item())
            chosen = [j for j in masked if stream.reveal(i, j) < p]
            found = {j: sample(z[j], o, stream.token(i, j)) for j in chosen}
        else:
            found = {j: sample(z[j], o, stream.token(i, j)) for j in masked}
            count = torch.tensor(float(len(masked)))
            k = int(count) if last else int(count * share)
            rank = {j: c for j, (c, _) in found.items()}
            if o["alg_temp"]:
                rank = {
                    j: c / o["alg_temp"] - math.log(-math.log(stream.order(i, j))) for j, c in rank.items()
                }
            order = sorted(masked, key=lambda j: -rank[j])  # stable: ties to the lowest position
            if 0 < k < len(order):
                edge, beyond = rank[order[k - 1]], rank[order[k]]
                apart(edge, beyond, 2e-5)
                if edge == beyond:
                    tied += sum(rank[j] == edge for j in order[:k])
            chosen = sorted(order[:k])
        for j in chosen:
            x[j] = found[j][1]
            mask_draws += x[j] == net.mask
        history.append([[j, x[j]] for j in chosen])
    return {"history": history, "tokens": x, "tied": tied, "mask_draws": mask_draws}


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:x}"


def trace(name, w, model, length, new, steps, alg, net=DREAM, **more):
    o = {
        "alg": alg, "steps": steps, "max_new_tokens": new, "temperature": 0.0, "top_p": None,
        "top_k": None, "alg_temp": None, "eps": 1e-3, "seed": 11, "task": "HumanEval/0", "sample": 3,
    } | more
    for attempt in range(2000):
        generator = np.random.default_rng([attempt, length, new, steps])
        prompt = generator.integers(0, 300, length).tolist()
        if o.get("mask_in_prompt"):
            prompt[length // 2] = MASK
        if length == 0:
            o["seed"] = attempt
        try:
            result = generate(w, prompt, o, net)
        except Close:
            if length == 0 and attempt > 3 and o["temperature"] == 0 and alg != "origin":
                raise SystemExit(f"{name}: an empty prompt offers no second choice")
            continue
        if o.get("wants_ties") and result["tied"] == 0:
            continue
        print(f"{name}: attempt {attempt}, {len(set(result['tokens'][length:]))} distinct tokens,"
              f" {result['tied']} ties, {result['mask_draws']} mask draws")
        o = {key: value for key, value in o.items() if key not in ("mask_in_prompt", "wants_ties")}
        return {"name": name, "model": model, "prompt": prompt, "options": o} | result
    raise SystemExit(f"{name}: no prompt with margins")


def main():
    models = {
        "tiny": write_checkpoint("tiny", 1, False, torch.float32, 1),
        "tiny-bf16": write_checkpoint("tiny-bf16", 2, False, torch.bfloat16, 1),
        "tiny-f16": write_checkpoint("tiny-f16", 3, False, torch.float16, 1),
        "tiny-tied-sharded": write_checkpoint("tiny-tied-sharded", 4, True, torch.bfloat16, 3),
    }
    tokens = np.random.default_rng(5).integers(0, VOCAB, 20).tolist() + [MASK] * 4
    for name, w in models.items():
        logits = forward(w, tokens)
        precise = forward({k: v.double() for k, v in w.items()}, tokens)
        print(name, "logits", f"{logits.std():.2f} std, {(logits - precise).abs().max():.1e} from double")
        logits.numpy().astype("<f4").tofile(f"{HERE}/{name}.logits.f32")

    w = models["tiny"]
    traces = []
    for alg in ("origin", "maskgit_plus", "topk_margin", "entropy"):
        for length, new, steps in ((9, 16, 16), (7, 16, 8), (5, 10, 4), (6, 8, 16)):
            for top_p in (None, 0.95):
                name = f"{alg} G={new} steps={steps} top_p={top_p}"
                traces.append(trace(name, w, "tiny", length, new, steps, alg, top_p=top_p))
    traces.append(trace("one step", w, "tiny", 6, 6, 1, "entropy"))
    traces.append(trace("top_k", w, "tiny", 8, 12, 6, "entropy", top_k=3))
    traces.append(trace("top_p and top_k", w, "tiny", 8, 12, 6, "topk_margin", top_k=3, top_p=0.8))
    traces.append(trace("ties", w, "tiny", 6, 16, 8, "entropy", top_p=0.3, wants_ties=True))
    traces.append(trace("mask in the prompt", w, "tiny", 9, 8, 8, "maskgit_plus", mask_in_prompt=True))
    traces.append(trace("empty prompt", w, "tiny", 0, 8, 8, "origin"))
    traces.append(trace("bf16", models["tiny-bf16"], "tiny-bf16", 8, 12, 12, "entropy", top_p=0.95))
    traces.append(trace("f16", models["tiny-f16"], "tiny-f16", 8, 12, 12, "topk_margin"))
    traces.append(
        trace("tied", models["tiny-tied-sharded"], "tiny-tied-sharded", 8, 12, 12, "maskgit_plus"))
    for alg in ("origin", "maskgit_plus", "topk_margin", "entropy"):
        traces.append(
            trace(f"sampled {alg}", w, "tiny", 8, 12, 8, alg, temperature=0.6, top_p=0.95))
    traces.append(
        trace("drawn order", w, "tiny", 8, 12, 8, "entropy", temperature=1.2, alg_temp=0.5))
    text = ",\n".join(json.dumps(t, separators=(",", ":")) for t in traces)
    open(f"{HERE}/traces.json", "w").write('{"logit_tokens":' + json.dumps(tokens) + ',"traces":[\n' + text + "\n]}\n")

    schedules = []
    for new, steps in ((256, 256), (512, 512), (256, 128), (256, 64), (16, 8), (10, 4), (256, 512),
                       (64, 7), (100, 33), (768, 768), (1024, 1024), (1, 1), (5, 2)):
        ts = times(steps, 1e-3)
        left, counts = new, []
        for i in range(steps):
            share = 1 - ts[i + 1] / ts[i]
            k = left if i == steps - 1 else int(torch.tensor(float(left)) * share)
            counts.append(k)
            left -= k
        schedules.append({"new": new, "steps": steps, "counts": counts,
                          "times_fnv1a": fnv1a(ts.numpy().astype("<f4").tobytes()),
                          "times": [float(t) for t in ts] if steps <= 33 else None})
    open(f"{HERE}/schedules.json", "w").write(
        "[\n" + ",\n".join(json.dumps(s, separators=(",", ":")) for s in schedules) + "\n]\n")


if __name__ == "__main__":
    main()

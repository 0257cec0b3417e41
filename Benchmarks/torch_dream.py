#!/usr/bin/env python3
"""Dream's network in plain PyTorch, as a peer: seconds of a pass, or the logits to compare with.

Needs torch and numpy. It is what a user would write for the CPU: fused attention (scaled_dot_product_attention),
fp32 norms, one product for each matrix, the logits of every row. --precision int8 is PyTorch's dynamic
quantisation of all linear layers, the head included. --compiled runs it through torch.compile with frozen (packed)
weights.

Prints one JSON object: seconds of each pass, after one to warm up.
"""

import argparse
import json
import resource
import time
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import safetensors_files

TYPES = {"BF16": torch.bfloat16, "F16": torch.float16, "F32": torch.float32}


class Norm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(size), requires_grad=False)
        self.epsilon = epsilon

    def forward(self, x):
        wide = x.float()
        return self.weight * (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon)).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, self.heads = config["hidden_size"], config["num_attention_heads"]
        self.shared, self.size = config["num_key_value_heads"], hidden // self.heads
        self.q_proj = nn.Linear(hidden, hidden)
        self.k_proj = nn.Linear(hidden, self.shared * self.size)
        self.v_proj = nn.Linear(hidden, self.shared * self.size)
        self.o_proj = nn.Linear(hidden, hidden, bias=False)

    def forward(self, x, cosine, sine):
        def split(y, heads):
            return y.view(1, -1, heads, self.size).transpose(1, 2)

        def rotate(y):
            left, right = y.chunk(2, -1)
            return y * cosine + torch.cat((-right, left), -1) * sine

        query = rotate(split(self.q_proj(x), self.heads))
        key = rotate(split(self.k_proj(x), self.shared))
        value = split(self.v_proj(x), self.shared)
        attended = functional.scaled_dot_product_attention(query, key, value, enable_gqa=True)
        return self.o_proj(attended.transpose(1, 2).reshape(1, -1, self.heads * self.size))


class Feed(nn.Module):
    def __init__(self, hidden, inner):
        super().__init__()
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, epsilon = config["hidden_size"], config["rms_norm_eps"]
        self.input_layernorm = Norm(hidden, epsilon)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = Norm(hidden, epsilon)
        self.mlp = Feed(hidden, config["intermediate_size"])

    def forward(self, x, cosine, sine):
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine)
        return x + self.mlp(self.post_attention_layernorm(x))


class Dream(nn.Module):
    """Names as in the checkpoint, but for the leading 'model.'."""

    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = Norm(config["hidden_size"], config["rms_norm_eps"])
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        self.size = config["hidden_size"] // config["num_attention_heads"]
        self.theta = config["rope_theta"]

    def forward(self, tokens):
        x = self.embed_tokens(tokens)
        speeds = self.theta ** (-torch.arange(0, self.size, 2, dtype=torch.float32) / self.size)
        angles = torch.arange(tokens.shape[1], dtype=torch.float32)[:, None] * torch.cat((speeds, speeds))
        cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        for layer in self.layers:
            x = layer(x, cosine, sine)
        return self.lm_head(self.norm(x))


def load(folder, dtype):
    """The weights keep to the mapped file where they have its type, and are converted one by one elsewhere."""
    config = safetensors_files.configuration(folder)
    with torch.device("meta"):
        model = Dream(config)
    state = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody writes to the read-only mapping
        for name, shape, stored, data in safetensors_files.tensors(folder):
            tensor = torch.from_numpy(data).view(TYPES[stored]).view(shape)
            state[name.removeprefix("model.")] = tensor.to(dtype)
    state.setdefault("lm_head.weight", state["embed_tokens.weight"])
    model.load_state_dict(state, assign=True)
    return model.eval(), config


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, metavar="DIR")
    parser.add_argument("--precision", choices=["fp32", "bf16", "int8"], default="fp32")
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--positions", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--tokens", help="ids with commas, in place of --positions: the logits go to --output")
    parser.add_argument("--output", metavar="FILE.npy")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    start = time.monotonic()
    model, config = load(options.model, torch.bfloat16 if options.precision == "bf16" else torch.float32)
    if options.precision == "int8":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its deprecation: the successor is another package
            model = torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    if options.compiled:
        from torch._inductor import config as inductor

        inductor.freezing = True
        model = torch.compile(model)
    loaded = time.monotonic() - start
    if options.tokens:
        logits = model(torch.tensor([[int(token) for token in options.tokens.split(",")]]))
        np.save(options.output, logits[0].float().numpy())
        return
    limit = min(config["vocab_size"], 1000)
    tokens = torch.tensor([[(position * 7919 + 13) % limit for position in range(options.positions)]])
    seconds = []
    for _ in range(1 + options.passes):
        start = time.monotonic()
        logits = model(tokens)
        seconds.append(time.monotonic() - start)
    assert logits.shape == (1, options.positions, config["vocab_size"]) and bool(logits[0, -1].isfinite().all())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds[1:], "load_seconds": loaded, "torch": torch.__version__,
                      "resident": peak, "capability": torch.backends.cpu.get_cpu_capability()}))


if __name__ == "__main__":
    main()

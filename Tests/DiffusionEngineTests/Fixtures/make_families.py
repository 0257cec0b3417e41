"""Makes the fixtures of the families other than Dream: tiny random checkpoints, logits and traces.

The mathematics and the sampler are make_vectors.py's. Run it in this folder:

    pip install torch numpy && python3 make_families.py
"""

import json
import math
import os

import numpy as np
import torch

from make_vectors import (
    HERE, INNER, VOCAB, Close, Network, Stream, forward, sample, trace, write_safetensors, write_tokenizer,
)

LLADA = Network(kv_heads=4, theta=500000.0, eps=1e-5, mask=306, shift=False, bias=False)
CODA = Network(head=16, theta=1000000.0, bias=False, head_norm=True)
SDAR = Network(head=16, theta=1000000.0, bias=False, head_norm=True, shift=False, block=4)
QWEN2 = Network(theta=1000000.0, causal=True)
QWEN3 = Network(head=16, theta=1000000.0, bias=False, head_norm=True, causal=True)
END = 300


def weights_of(net, seed, tied):
    """By Qwen2's names, in bfloat16."""
    generator = torch.Generator().manual_seed(seed)
    noise = lambda scale, *shape: scale * torch.randn(*shape, generator=generator)
    w = {"model.embed_tokens.weight": noise(0.4 if tied else 1.0, VOCAB, net.hidden)}
    for layer in range(net.layers):
        at = f"model.layers.{layer}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            w[f"{at}{norm}.weight"] = 1 + noise(0.2, net.hidden)
        rows = {"q": net.heads * net.head, "k": net.kv_heads * net.head, "v": net.kv_heads * net.head}
        linear = lambda out, size: noise(1.3 / math.sqrt(size), out, size)
        for part, out in rows.items():
            w[f"{at}self_attn.{part}_proj.weight"] = linear(out, net.hidden)
            if net.bias:
                w[f"{at}self_attn.{part}_proj.bias"] = noise(0.5, out)
            if net.head_norm and part != "v":
                w[f"{at}self_attn.{part}_norm.weight"] = 1 + noise(0.3, net.head)
        w[f"{at}self_attn.o_proj.weight"] = linear(net.hidden, rows["q"])
        w[f"{at}mlp.gate_proj.weight"] = linear(INNER, net.hidden)
        w[f"{at}mlp.up_proj.weight"] = linear(INNER, net.hidden)
        w[f"{at}mlp.down_proj.weight"] = linear(net.hidden, INNER)
    w["model.norm.weight"] = 1 + noise(0.2, net.hidden)
    if not tied:
        w["lm_head.weight"] = noise(0.55, VOCAB, net.hidden)
    return {name: value.bfloat16() for name, value in w.items()}


LLADA_PARTS = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ff_norm", "self_attn.q_proj": "q_proj",
    "self_attn.k_proj": "k_proj", "self_attn.v_proj": "v_proj", "self_attn.o_proj": "attn_out",
    "mlp.gate_proj": "ff_proj", "mlp.up_proj": "up_proj", "mlp.down_proj": "ff_out",
}


def llada_name(name):
    if not name.startswith("model.layers."):
        return "model.transformer." + {
            "model.embed_tokens.weight": "wte", "model.norm.weight": "ln_f", "lm_head.weight": "ff_out",
        }[name] + ".weight"
    _, _, layer, part = name.split(".", 3)
    return f"model.transformer.blocks.{layer}.{LLADA_PARTS[part[:-len('.weight')]]}.weight"


def llada_config(net):
    return {
        "activation_type": "silu", "alibi": False, "attention_layer_norm": False, "bias_for_layer_norm": False,
        "block_type": "llama", "d_model": net.hidden, "embedding_size": VOCAB, "eos_token_id": 300,
        "include_bias": False, "include_qkv_bias": False, "input_emb_norm": False, "layer_norm_type": "rms",
        "mask_token_id": net.mask, "max_sequence_length": 2048, "mlp_hidden_size": INNER, "model_type": "llada",
        "multi_query_attention": None, "n_heads": net.heads, "n_kv_heads": net.kv_heads,
        "n_layers": net.layers, "pad_token_id": 300, "rms_norm_eps": net.eps, "rope": True,
        "rope_theta": net.theta, "scale_logits": False, "vocab_size": VOCAB - 10, "weight_tying": False,
    }


def qwen_config(net, model_type, tied):
    config = {
        "model_type": model_type, "vocab_size": VOCAB, "hidden_size": net.hidden,
        "intermediate_size": INNER, "num_hidden_layers": net.layers, "num_attention_heads": net.heads,
        "num_key_value_heads": net.kv_heads, "head_dim": net.head, "hidden_act": "silu",
        "max_position_embeddings": 2048, "rms_norm_eps": net.eps, "rope_theta": net.theta,
        "rope_scaling": None, "tie_word_embeddings": tied, "use_sliding_window": False,
        "pad_token_id": 300, "bos_token_id": 300, "eos_token_id": 300,
    }
    if not net.bias:
        config["attention_bias"] = False
    if not net.causal:
        config["mask_token_id"] = net.mask
    if net.block:
        config["block_size"] = net.block
    return config


def write_checkpoint(name, config, weights):
    folder = f"{HERE}/{name}"
    os.makedirs(folder, exist_ok=True)
    write_tokenizer(folder)
    open(f"{folder}/config.json", "w").write(json.dumps(config, indent=2) + "\n")
    write_safetensors(f"{folder}/model.safetensors", weights)


def save_logits(name, w, tokens, net):
    logits = forward(w, tokens, net)
    precise = forward({k: v.double() for k, v in w.items()}, tokens, net)
    print(name, "logits", f"{logits.std():.2f} std, {(logits - precise).abs().max():.1e} from double")
    logits.numpy().astype("<f4").tofile(f"{HERE}/{name}.logits.f32")


def continuation(name, w, net, length, new, **more):
    """A causal model's answer, token by token, up to its end token; no key or value is kept."""
    o = {"alg": "entropy", "steps": new, "max_new_tokens": new, "temperature": 0.0, "top_p": None, "top_k": None,
         "alg_temp": None, "eps": 1e-3, "seed": 5, "task": "Mbpp/3", "sample": 1} | more
    ends = o.pop("ends", False)
    for attempt in range(2000):
        x = prompt = np.random.default_rng([attempt, length, new]).integers(0, 300, length).tolist()
        stream = Stream(o["seed"], o["task"], o["sample"])
        try:
            for step in range(new):
                _, token = sample(forward(w, x, net)[-1], o, stream.token(step, len(x)))
                x = x + [token]
                if token == END:
                    break
        except Close:
            continue
        if len(set(x[length:])) < 5 or ends != (x[-1] == END and len(x) < length + new):
            continue
        print(f"{name}: attempt {attempt}, {len(x) - length} tokens, {len(set(x[length:]))} distinct")
        return {"name": name, "model": "tiny-qwen2", "prompt": prompt, "options": o, "tokens": x,
                "history": [[[at, x[at]]] for at in range(length, len(x))], "tied": 0, "mask_draws": 0}
    raise SystemExit(f"{name}: no prompt with margins")


def blocks(name, w, net, length, new, steps, alg, **more):
    """Block diffusion as in SDAR's generate.py, with its even schedule; the canvas ends with the new tokens."""
    o = {"alg": alg, "steps": steps, "max_new_tokens": new, "temperature": 0.0, "top_p": None, "top_k": None,
         "alg_temp": None, "eps": 1e-3, "seed": 13, "task": "Mbpp/4", "sample": 2} | more
    for attempt in range(2000):
        prompt = np.random.default_rng([attempt, length, new, steps]).integers(0, 300, length).tolist()
        stream = Stream(o["seed"], o["task"], o["sample"])
        x = prompt + [net.mask] * new
        history, step, draws = [], 0, 0
        try:
            for start in range(0, len(x), net.block):
                own = range(start, min(start + net.block, len(x)))
                turns = -(-steps * net.block // new)
                for turn in range(turns):
                    masked = [j for j in own if x[j] == net.mask]
                    if not masked:
                        break
                    # The whole canvas, though nothing behind the block is seen.
                    z = forward(w, x, net)
                    found = {j: sample(z[j], o, stream.token(step, j)) for j in masked}
                    k = min(len(masked), net.block // turns + (turn < net.block % turns))
                    order = sorted(masked, key=lambda j: -found[j][0])
                    for a, b in zip(order, order[1:]):
                        if found[a][0] - found[b][0] < 2e-5:
                            raise Close
                    chosen = sorted(order[:k])
                    for j in chosen:
                        x[j] = found[j][1]
                        draws += x[j] == net.mask
                    history.append([[j, x[j]] for j in chosen])
                    step += 1
        except Close:
            continue
        if len(set(x[length:])) < new // 2:
            continue
        print(f"{name}: attempt {attempt}, {len(set(x[length:]))} distinct, {draws} mask draws")
        return {"name": name, "model": "tiny-sdar", "prompt": prompt, "options": o, "tokens": x,
                "history": history, "tied": 0, "mask_draws": draws}
    raise SystemExit(f"{name}: no prompt with margins")


def main():
    tokens = np.random.default_rng(6).integers(0, VOCAB, 14).tolist() + [306, 304]
    llada, coda = weights_of(LLADA, 21, False), weights_of(CODA, 22, True)
    write_checkpoint("tiny-llada", llada_config(LLADA), {llada_name(k): v for k, v in llada.items()})
    write_checkpoint("tiny-coda", qwen_config(CODA, "CoDA", True), coda)
    traces = []
    for name, w, net in (("tiny-llada", llada, LLADA), ("tiny-coda", coda, CODA)):
        w = {key: value.float() for key, value in w.items()}
        save_logits(name, w, tokens, net)
        for alg in ("origin", "maskgit_plus", "topk_margin", "entropy"):
            traces.append(trace(f"{name} {alg}", w, name, 8, 12, 8, alg, net))
        traces.append(trace(f"{name} top_p", w, name, 7, 12, 12, "entropy", net, top_p=0.95))
        traces.append(trace(f"{name} sampled", w, name, 7, 12, 6, "entropy", net, temperature=0.6, top_p=0.9))
    sdar = weights_of(SDAR, 25, True)
    write_checkpoint("tiny-sdar", qwen_config(SDAR, "sdar", True), sdar)
    sdar = {key: value.float() for key, value in sdar.items()}
    save_logits("tiny-sdar", sdar, tokens, SDAR)
    for alg in ("maskgit_plus", "topk_margin", "entropy"):
        traces.append(blocks(f"blocks {alg}", sdar, SDAR, 8, 12, 12, alg))
        traces.append(blocks(f"blocks {alg}, two a step, ends within", sdar, SDAR, 6, 15, 7, alg))
    traces.append(blocks("blocks sampled", sdar, SDAR, 5, 12, 12, "maskgit_plus", temperature=0.7, top_p=0.9))
    traces.append(blocks("blocks, one token before", sdar, SDAR, 1, 10, 10, "entropy", temperature=0.5))
    traces.append(blocks("blocks, three steps", sdar, SDAR, 7, 16, 12, "entropy"))
    qwen2, qwen3 = weights_of(QWEN2, 23, True), weights_of(QWEN3, 24, False)
    write_checkpoint("tiny-qwen2", qwen_config(QWEN2, "qwen2", True), qwen2)
    qwen2 = {key: value.float() for key, value in qwen2.items()}
    save_logits("tiny-qwen2", qwen2, tokens, QWEN2)
    # Stored as GGUF only, by make_gguf.py.
    save_logits("tiny-qwen3", {key: value.float() for key, value in qwen3.items()}, tokens, QWEN3)
    traces.append(continuation("greedy", qwen2, QWEN2, 6, 16))
    traces.append(continuation("greedy to the end", qwen2, QWEN2, 9, 24, ends=True))
    traces.append(continuation("sampled", qwen2, QWEN2, 7, 16, temperature=0.8))
    traces.append(continuation("sampled, top_p", qwen2, QWEN2, 7, 16, temperature=0.7, top_p=0.9))
    traces.append(continuation("sampled, top_k", qwen2, QWEN2, 1, 16, temperature=1.0, top_k=5))
    text = ",\n".join(json.dumps(t, separators=(",", ":")) for t in traces)
    open(f"{HERE}/families.json", "w").write(
        '{"logit_tokens":' + json.dumps(tokens) + ',"traces":[\n' + text + "\n]}\n")


if __name__ == "__main__":
    main()

"""Writes what PyTorch makes of every op of the engine: python golden_ops.py INPUTS GOLDEN, with torch and safetensors.

INPUTS is what scanline.engine.ops.OpInputs wrote: NAME/INPUT and NAME/upstream are the inputs of a sample and the gradient of
its value; the metadata hold its expression, which is evaluated here, in double precision. GOLDEN becomes one tensor a sample:
the value, what the op tracks, and the gradients of the inputs, one behind the other.
"""

import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn import functional

MOMENTUM = 0.1


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def batch_norm(x, gamma, beta, epsilon=0.01):
    mean = torch.full((len(gamma),), 0.1)
    variance = torch.full((len(gamma),), 0.5)
    y = functional.batch_norm(x.movedim(-1, 1), mean, variance, gamma, beta, True, MOMENTUM, epsilon).movedim(1, -1)
    return y, mean, variance


def relu_of(results):
    return torch.relu(results[0]), *results[1:]


def pooled(results):
    return nhwc(functional.max_pool2d(nchw(torch.relu(results[0])), 2)), *results[1:]


def heads_of(x, heads):
    """[T, B, heads d] to [B, heads, T, d]."""
    return x.unflatten(-1, (heads, -1)).permute(1, 2, 0, 3)


def seen(queries, keys, batch, causal, lengths):
    mask = torch.ones(batch, 1, queries, keys, dtype=torch.bool)
    if causal:
        mask = mask.tril()
    if lengths is not None:
        mask = mask & (torch.arange(keys) < lengths[:, None])[:, None, None]
    return mask


def weights(q, k, heads, causal, lengths=None):
    q, k = heads_of(q, heads), heads_of(k, heads)
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    mask = seen(q.shape[2], k.shape[2], q.shape[0], causal, lengths)
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), -1)


def attend(q, k, v, heads, causal, lengths=None, kept=None):
    mask = seen(len(q), len(k), q.shape[1], causal, lengths)
    if kept is None:
        y = functional.scaled_dot_product_attention(heads_of(q, heads), heads_of(k, heads), heads_of(v, heads), mask)
    else:
        p = weights(q, k, heads, causal, lengths)
        y = (p * kept.reshape(p.shape)) @ heads_of(v, heads)
    return y.permute(2, 0, 1, 3).flatten(2)


def attend_self(x, wi, bi, wo, bo, heads, causal, lengths=None, kept=None):
    q, k, v = functional.linear(x, wi, bi).chunk(3, -1)
    return functional.linear(attend(q, k, v, heads, causal, lengths, kept), wo, bo)


def lem(x, y, z, w, u, b, d, v, e, dt):
    """Long expressive memory, step by step: every y."""
    h = y.shape[1]
    states = []
    for a in functional.linear(x, w, b):
        g = functional.linear(y, u, d)
        share_y = dt * torch.sigmoid(a[:, :h] + g[:, :h])
        share_z = dt * torch.sigmoid(a[:, h : 2 * h] + g[:, h : 2 * h])
        z = (1 - share_z) * z + share_z * torch.tanh(a[:, 3 * h :] + g[:, 2 * h :])
        y = (1 - share_y) * y + share_y * torch.tanh(a[:, 2 * h : 3 * h] + functional.linear(z, v, e))
        states.append(y)
    return torch.stack(states)


def diagonal(kind, u, a, w, s, b_re, b_im, c_re, c_im, d):
    """A diagonal linear recurrence, with complex numbers and from the definitions of the papers."""
    if kind == "LRU":
        l = torch.exp(torch.complex(-torch.exp(a), torch.exp(w)))
        p = torch.exp(s)
    else:
        eigenvalues = torch.complex(torch.clamp(a, max=-1e-4) if kind == "S5_CLIPPED" else a, w)
        l = torch.exp(eigenvalues * torch.exp(s))
        p = (l - 1) / eigenvalues
    b, c = torch.complex(b_re, b_im), torch.complex(c_re, c_im)
    x, y = 0, []
    for step in u:
        x = l * x + p * (step.to(b.dtype) @ b.T)
        y.append((1 if kind == "LRU" else 2) * (x @ c.T).real + d * step)
    return torch.stack(y)


def s4d(x, log_dt, log_A_real, A_imag, C, D):
    """As a convolution, by complex numbers: K_l = 2 Re sum C (exp(dt A) - 1) / A exp(dt A l)."""
    dt = log_dt.exp()[:, None]
    A = torch.complex(-log_A_real.exp(), A_imag)
    steps = torch.arange(len(x))
    factor = 2 * torch.view_as_complex(C) * (torch.exp(dt * A) - 1) / A
    K = (factor[..., None] * torch.exp((dt * A)[..., None] * steps)).sum(1).real
    y = torch.stack([sum(K[:, l] * x[t - l] for l in range(t + 1)) for t in range(len(x))])
    return y + D * x


def ur_lstm(x, y, c, w, u, b, d, offset):
    """The LSTM with uniform and refine gates, step by step: every output."""
    outputs = []
    for a in functional.linear(x, w, b):
        forget, refine, candidate, out = (a + functional.linear(y, u, d)).chunk(4, -1)
        f, r = torch.sigmoid(forget + offset), torch.sigmoid(refine - offset)
        keep = r * (1 - (1 - f) ** 2) + (1 - r) * f**2
        c = keep * c + (1 - keep) * torch.tanh(candidate)
        y = torch.sigmoid(out) * torch.tanh(c)
        outputs.append(y)
    return torch.stack(outputs)


def minimal(kind, sums, h):
    """minGRU and minLSTM, step by step: every state."""
    v, *gates = sums.chunk(2 if kind == "GRU" else 3, -1)
    candidate = torch.where(v >= 0, v + 0.5, v.sigmoid())
    if kind == "GRU":
        keep = torch.sigmoid(-gates[0])
    else:
        keep = torch.sigmoid(functional.softplus(-gates[1]) - functional.softplus(-gates[0]))
    states = []
    for k, c in zip(keep, candidate):
        h = k * h + (1 - k) * c
        states.append(h)
    return torch.stack(states)


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.double)
    golden = {}
    with safe_open(sys.argv[1], "pt") as file:
        by_sample = {}
        for key in file.keys():
            sample, _, name = key.rpartition("/")
            by_sample.setdefault(sample, {})[name] = file.get_tensor(key).double()
        expressions = file.metadata()
    for sample, inputs in by_sample.items():
        upstream = inputs.pop("upstream")
        for tensor in inputs.values():
            tensor.requires_grad_()
        results = eval(expressions[sample], globals() | {"F": functional} | inputs)  # an expression of our own
        value, *tracked = results if isinstance(results, tuple) else (results,)
        value.backward(upstream.reshape(value.shape))
        golden[sample] = torch.cat([value.detach().flatten(), *tracked, *(
            inputs[name].grad.flatten() for name in order(sample, inputs))]).float()
    save_file(golden, sys.argv[2])


def order(sample, inputs):
    """The inputs as the sample's name has them; a file's keys are sorted."""
    return sorted(inputs, key=lambda name: sample.index(f" {name}["))


main()

"""Writes the golden files of attention and its company: python golden_attention.py FOLDER, with torch and safetensors.

Whole models (FILE.safetensors, FILE.expected.safetensors: as golden.py has them) and single layers (layer-FILE.safetensors,
one file with everything). Sequences are time-major, [T, B, F].
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

STEPS, BATCH, FEATURES, WIDTH, HEADS, HEAD_WIDTH, HIDDEN, DEPTH, CLASSES = 5, 3, 7, 8, 2, 6, 12, 2, 10
WORDS, VOCABULARY, IGNORED = 4, 12, -1
UPDATES = 10


class Attention(nn.Module):
    """Self-attention whose heads are as wide as they like: no bias for queries, keys and values, as in vit-pytorch."""

    def __init__(self):
        super().__init__()
        inner = HEADS * HEAD_WIDTH
        self.in_proj_weight = nn.Parameter(nn.Linear(WIDTH, 3 * inner).weight.detach())
        self.out_proj = nn.Linear(inner, WIDTH)

    def forward(self, x):  # [T, B, W]
        q, k, v = (y.unflatten(-1, (HEADS, HEAD_WIDTH)).permute(1, 2, 0, 3)
                   for y in functional.linear(x, self.in_proj_weight).chunk(3, -1))
        weights = torch.softmax(q @ k.transpose(-2, -1) * HEAD_WIDTH ** -0.5, -1)
        return self.out_proj((weights @ v).permute(2, 0, 1, 3).flatten(2))


class VitBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.self_attn = Attention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.linear1 = nn.Linear(WIDTH, HIDDEN)
        self.linear2 = nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        x = x + self.self_attn(self.norm1(x))
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x))))


class VitEmbedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(FEATURES)
        self.linear = nn.Linear(FEATURES, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH)

    def forward(self, x):
        return self.norm2(self.linear(self.norm1(x)))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = VitEmbedding()
        self.cls_token = nn.Parameter(torch.randn(WIDTH))
        self.pos_embedding = nn.Parameter(torch.randn(1 + STEPS, WIDTH))
        self.layers = nn.ModuleList(VitBlock() for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH)
        self.fc = nn.Linear(WIDTH, CLASSES)

    def forward(self, x):
        tokens = torch.cat((self.cls_token.expand(1, x.shape[1], WIDTH), self.embedding(x)))
        tokens = tokens + self.pos_embedding[:, None]
        for layer in self.layers:
            tokens = layer(tokens)
        return self.fc(self.norm(tokens[0]))


class Encoder(nn.Module):
    def __init__(self, positions, mean):
        super().__init__()
        self.mean = mean
        self.embedding = nn.Linear(FEATURES, WIDTH)
        if positions:
            self.pos_embedding = nn.Parameter(torch.randn(STEPS, WIDTH))
        self.layers = nn.ModuleList(nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0) for _ in range(DEPTH))
        self.fc = nn.Linear(WIDTH, CLASSES)

    def forward(self, x):
        y = self.embedding(x)
        if hasattr(self, "pos_embedding"):
            y = y + self.pos_embedding[:, None]
        for layer in self.layers:
            y = layer(y)
        return self.fc(y.mean(0) if self.mean else y[0])


class Stack(nn.Module):
    """Either half of a Seq2seq: steps or words embedded, with more positions than there are of them."""

    def __init__(self, embedding, places, layer):
        super().__init__()
        self.embedding = embedding
        self.pos_embedding = nn.Parameter(torch.randn(places, WIDTH))
        self.layers = nn.ModuleList(layer(WIDTH, HEADS, HIDDEN, 0.0) for _ in range(DEPTH))

    def forward(self, x, *memory, **mask):
        y = self.embedding(x) + self.pos_embedding[:x.shape[0], None]
        for layer in self.layers:
            y = layer(y, *memory, **mask)
        return y


class Seq2seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Stack(nn.Linear(FEATURES, WIDTH), STEPS + 1, nn.TransformerEncoderLayer)
        self.decoder = Stack(nn.Embedding(VOCABULARY, WIDTH), WORDS + 2, nn.TransformerDecoderLayer)
        self.fc = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, x, words):
        return self.fc(self.decoder(words, self.encoder(x), tgt_mask=causal_mask(len(words))))


def causal_mask(steps):
    return torch.ones(steps, steps, dtype=torch.bool).triu(1)


def vary(module):
    """Moves parameters that PyTorch fills with zeros and ones, with which an error could hide."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn(parameter.shape))


def gradients(module):
    return {f"gradient.{name}": parameter.grad.clone() for name, parameter in module.named_parameters()}


def images():
    """The inputs of a model, by name, and the labels."""
    return {"input": torch.randn(STEPS, BATCH, FEATURES)}, torch.randint(CLASSES, (BATCH,))


def images_and_words():
    inputs = {"input": torch.randn(STEPS, BATCH, FEATURES), "words": torch.randint(VOCABULARY, (WORDS, BATCH))}
    labels = torch.randint(VOCABULARY, (WORDS, BATCH))
    labels[torch.arange(WORDS)[:, None] >= torch.tensor([WORDS, 1, 3])] = IGNORED  # sequences of several lengths
    return inputs, labels


def write_model(folder, file, model, batch=images):
    vary(model)
    initial = {name: value.clone() for name, value in model.state_dict().items()}
    save_file(initial, folder / f"{file}.safetensors")
    inputs, labels = batch()
    expected = {name: value.float() for name, value in inputs.items()} | {"labels": labels.float()}

    def pass_of(smoothing):
        logits = model(*inputs.values())
        return logits, functional.cross_entropy(logits.flatten(0, -2), labels.flatten(), ignore_index=IGNORED,
                                                label_smoothing=smoothing)

    for smoothing in (0.0, 0.1):
        model.zero_grad()
        logits, loss = pass_of(smoothing)
        loss.backward()
        expected["logits"] = logits.detach()
        expected[f"loss.{smoothing}"] = loss.detach().reshape(1)
        for name, gradient in gradients(model).items():
            expected[name.replace("gradient", f"gradient.{smoothing}", 1)] = gradient
    update = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(UPDATES):
        update.zero_grad()
        pass_of(0.0)[1].backward()
        update.step()
    for name, parameter in model.named_parameters():
        expected[f"sgd.{name}"] = parameter.detach().clone()
    save_file(expected, folder / f"{file}.expected.safetensors")


def write_layer(folder, file, layer, inputs, forward):
    """The parameters, the inputs, what comes out of them, and every gradient for a given gradient of the output.

    forward takes the inputs and returns the output and what else is to be kept.
    """
    vary(layer)
    content = {f"parameter.{name}": value.clone() for name, value in layer.state_dict().items()}
    for name, value in inputs.items():
        content[f"input.{name}"] = value.detach().clone().float()
        if value.is_floating_point():
            value.requires_grad_()
    output, kept = forward(**inputs)
    upstream = torch.randn(output.shape)
    output.backward(upstream)
    content |= {"output": output.detach().contiguous(), "upstream": upstream}
    content |= {name: value.detach().contiguous() for name, value in kept.items()}
    content |= gradients(layer)
    for name, value in inputs.items():
        if value.requires_grad:
            content[f"gradient.input.{name}"] = value.grad.contiguous()
    save_file(content, folder / f"layer-{file}.safetensors")


def write_attention(folder, file, steps, others=None, causal=False, lengths=None):
    """nn.MultiheadAttention of steps steps to themselves, or to as many others as there are."""
    torch.manual_seed(1)
    layer = nn.MultiheadAttention(WIDTH, HEADS)
    inputs = {"query": torch.randn(steps, BATCH, WIDTH)}
    if others:
        inputs |= {"memory": torch.randn(others, BATCH, WIDTH)}
    mask = causal_mask(steps) if causal else None
    kept = {}
    padding = None
    if lengths:
        kept["lengths"] = torch.tensor(lengths).float()
        padding = torch.arange(others or steps) >= torch.tensor(lengths)[:, None]

    def forward(query, memory=None):
        memory = query if memory is None else memory
        output, weights = layer(query, memory, memory, attn_mask=mask, key_padding_mask=padding,
                                average_attn_weights=False)
        return output, {"weights": weights, **kept}

    write_layer(folder, file, layer, inputs, forward)


def write_decoder(folder, file, norm_first):
    """nn.TransformerDecoderLayer under a causal mask, and the weights of its attentions, which it does not return."""
    torch.manual_seed(1)
    layer = nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, norm_first=norm_first)
    inputs = {"x": torch.randn(WORDS, BATCH, WIDTH), "memory": torch.randn(STEPS, BATCH, WIDTH)}
    mask = causal_mask(WORDS)

    def forward(x, memory):
        own = layer.norm1(x) if norm_first else x
        y, own_weights = layer.self_attn(own, own, own, attn_mask=mask, average_attn_weights=False)
        y = layer.norm2(x + y) if norm_first else layer.norm1(x + y)
        cross_weights = layer.multihead_attn(y, memory, memory, average_attn_weights=False)[1]
        return layer(x, memory, tgt_mask=mask), {"own": own_weights, "cross": cross_weights}

    write_layer(folder, file, layer, inputs, forward)


def write_binary_cross_entropy(folder):
    torch.manual_seed(1)
    x = torch.cat((torch.tensor([0.0, 30.0, -30.0, 100.0, -100.0, 100.0, -100.0]), 3 * torch.randn(20)))
    targets = torch.randint(2, x.shape).float()
    targets[3:7] = torch.tensor([0, 0, 1, 1])

    def forward(x):
        loss = functional.binary_cross_entropy_with_logits(x.flatten(), targets)
        return loss.reshape(1), {"targets": targets}

    write_layer(folder, "binary-cross-entropy", nn.Identity(), {"x": x.reshape(9, 1, 3)}, forward)


def write_layers(folder):
    write_attention(folder, "attention", STEPS)
    write_attention(folder, "attention-causal", STEPS, causal=True)
    write_attention(folder, "attention-lengths", STEPS, lengths=[5, 2, 4])
    write_attention(folder, "attention-causal-lengths", STEPS, causal=True, lengths=[3, 5, 1])
    write_attention(folder, "attention-cross", 4, others=6)
    write_attention(folder, "attention-cross-lengths", 4, others=6, lengths=[6, 1, 3])
    write_decoder(folder, "decoder", False)
    write_decoder(folder, "decoder-norm-first", True)
    write_binary_cross_entropy(folder)
    torch.manual_seed(2)
    norm = nn.LayerNorm(WIDTH)
    write_layer(folder, "norm", norm, {"x": 3 * torch.randn(STEPS, BATCH, WIDTH) + 1}, lambda x: (norm(x), {}))
    gelu = nn.GELU()
    x = torch.cat((torch.linspace(-10, 10, 101), torch.tensor([1e-6, -1e-6, 0.0]), torch.randn(10)))
    write_layer(folder, "gelu", gelu, {"x": x}, lambda x: (gelu(x), {}))
    table = nn.Embedding(12, WIDTH)
    indices = torch.randint(10, (STEPS, BATCH))  # some of them twice, and the last two never
    write_layer(folder, "embedding", table, {"indices": indices}, lambda indices: (table(indices), {}))


def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    for seed, (file, make) in enumerate({
            "vit": Vit,
            "encoder-positions-first": lambda: Encoder(True, False),
            "encoder-mean": lambda: Encoder(False, True),
    }.items()):
        torch.manual_seed(seed)
        write_model(folder, file, make())
    torch.manual_seed(3)
    write_model(folder, "seq2seq", Seq2seq(), images_and_words)
    write_layers(folder)


main()

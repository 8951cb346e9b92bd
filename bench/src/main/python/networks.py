"""The networks that peer.py measures, named and shaped as in Scanline.

Each class takes a case, as PeerFolder.java writes it, and the settings that change how PyTorch computes it, not what. Its
read makes of all batches, [N, T, B, F], what its forward takes one of; that time is not counted.
"""

import sequences
import torch
from torch import nn
from torch.nn import functional


class Recurrent(nn.Module):
    """layout=batch|time: whether the layers read [B, T, F] or [T, B, F]; head=output|state: whether fc gets the last step
    of the output or the last hidden state (of both directions); it gets the mean of the output if that is the readout. First
    states may be learned."""

    def __init__(self, case, settings):
        super().__init__()
        cell, *nonlinearity = case["cell"].split("_")
        self.cell = cell.lower()
        self.layout = settings["layout"]
        arguments = {"nonlinearity": nonlinearity[0].lower()} if nonlinearity else {}
        self.add_module(self.cell, getattr(nn, cell)(
            case["shape"][3], case["hidden"], case["layers"], batch_first=self.layout == "batch",
            dropout=case["dropout"], bidirectional=case["bidirectional"], **arguments))
        self.directions = 2 if case["bidirectional"] else 1
        self.fc = nn.Linear(self.directions * case["hidden"], case["classes"])
        self.last = (slice(None), -1) if self.layout == "batch" else -1
        self.time = 1 if self.layout == "batch" else 0
        self.mean = case["readout"] == "MEAN"
        self.head = "state" if case["bidirectional"] else settings["head"]
        self.relu = case["relu"]
        stack = getattr(self, self.cell)
        directions = ("", "_reverse") if case["bidirectional"] else ("",)
        self.learned = [[f"{state}0_l{layer}{direction}" for layer in range(case["layers"]) for direction in directions]
                        for state in ("hc" if self.cell == "lstm" else "h")] if case["learnInitialState"] else []
        for names in self.learned:
            for name in names:
                stack.register_parameter(name, nn.Parameter(torch.empty(case["hidden"])))

    def read(self, values):
        return arranged(values, self.layout)

    def first(self, batch):
        """The learned first states of every layer and direction, for each example."""
        stack = getattr(self, self.cell)
        states = tuple(torch.stack([getattr(stack, name).expand(batch, -1) for name in names])
                       for names in self.learned)
        return states if self.cell == "lstm" else states[0]

    def forward(self, x):
        batch = x.shape[0 if self.layout == "batch" else 1]
        output, state = getattr(self, self.cell)(x, self.first(batch) if self.learned else None)
        if self.mean:
            y = output.mean(self.time)
        elif self.head == "output":
            y = output[self.last]
        else:
            state = state[0] if self.cell == "lstm" else state
            y = state[-1] if self.directions == 1 else torch.cat((state[-2], state[-1]), 1)
        return self.fc(torch.relu(y) if self.relu else y)


class Vit(nn.Module):
    """As vit-pytorch has it, [B, T, F]; attention=plain|fused: by products and softmax, as there, or by
    scaled_dot_product_attention."""

    def __init__(self, case, settings):
        super().__init__()
        steps, width = case["shape"][1], case["width"]
        self.embedding = VitEmbedding(case["shape"][3], width)
        self.cls_token = nn.Parameter(torch.empty(width))
        self.pos_embedding = nn.Parameter(torch.empty(1 + steps, width))
        self.dropout = nn.Dropout(case["dropout"])
        self.layers = nn.ModuleList(VitBlock(case, settings["attention"]) for _ in range(case["depth"]))
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, case["classes"])

    def read(self, values):
        return arranged(values, "batch")

    def forward(self, x):
        tokens = torch.cat((self.cls_token.expand(len(x), 1, -1), self.embedding(x)), 1)
        tokens = self.dropout(tokens + self.pos_embedding)
        for layer in self.layers:
            tokens = layer(tokens)
        return self.fc(self.norm(tokens[:, 0]))


class VitEmbedding(nn.Module):
    def __init__(self, features, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(features)
        self.linear = nn.Linear(features, width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm2(self.linear(self.norm1(x)))


class VitBlock(nn.Module):
    def __init__(self, case, attention):
        super().__init__()
        width, hidden = case["width"], case["mlp"]
        self.norm1 = nn.LayerNorm(width)
        self.self_attn = WideAttention(case, attention)
        self.norm2 = nn.LayerNorm(width)
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(case["dropout"])

    def forward(self, x):
        x = x + self.dropout(self.self_attn(self.norm1(x)))
        hidden = self.dropout(functional.gelu(self.linear1(self.norm2(x))))
        return x + self.dropout(self.linear2(hidden))


class WideAttention(nn.Module):
    """Attention whose heads may be wider together than the tokens are."""

    def __init__(self, case, attention):
        super().__init__()
        inner = case["heads"] * case["headWidth"]
        self.in_proj_weight = nn.Parameter(torch.empty(3 * inner, case["width"]))
        self.out_proj = nn.Linear(inner, case["width"])
        self.heads, self.dropout, self.fused = case["heads"], case["dropout"], attention == "fused"

    def forward(self, x):
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
                   for y in functional.linear(x, self.in_proj_weight).chunk(3, -1))
        y = attend(q, k, v, self.dropout if self.training else 0.0, self.fused)
        return self.out_proj(y.transpose(1, 2).flatten(2))


class Encoder(nn.Module):
    """layout=batch|time: whether the layers read [B, T, F] or [T, B, F]; attention=fused|plain: PyTorch's own layer,
    whose attention is scaled_dot_product_attention, or the same by products and softmax."""

    def __init__(self, case, settings):
        super().__init__()
        steps, width = case["shape"][1], case["width"]
        self.layout = settings["layout"]
        self.embedding = nn.Linear(case["shape"][3], width)
        self.pos_embedding = nn.Parameter(torch.empty(steps, width)) if case["positions"] else None
        layer = nn.TransformerEncoderLayer if settings["attention"] == "fused" else PlainEncoderLayer
        self.layers = nn.ModuleList(
            layer(width, case["heads"], case["feedForward"], case["dropout"], batch_first=self.layout == "batch")
            for _ in range(case["depth"]))
        self.fc = nn.Linear(width, case["classes"])
        self.steps = 1 if self.layout == "batch" else 0
        self.mean = case["pooling"] == "MEAN"

    def read(self, values):
        return arranged(values, self.layout)

    def forward(self, x):
        y = self.embedding(x)
        if self.pos_embedding is not None:
            y = y + (self.pos_embedding if self.layout == "batch" else self.pos_embedding[:, None])
        for layer in self.layers:
            y = layer(y)
        return self.fc(y.mean(self.steps) if self.mean else y.select(self.steps, 0))


class PlainEncoderLayer(nn.TransformerEncoderLayer):
    def forward(self, x):
        x = self.norm1(x + self.dropout1(plain_attention(self.self_attn, x, x, None)))
        return self.norm2(x + self.dropout2(self.linear2(self.dropout(torch.relu(self.linear1(x))))))


class Transformer(nn.Module):
    """An encoder and a decoder; the settings are those of Encoder."""

    def __init__(self, case, settings):
        super().__init__()
        steps, width = case["shape"][1], case["width"]
        self.layout = settings["layout"]
        sizes = (width, case["heads"], case["feedForward"], case["dropout"])
        first = {"batch_first": self.layout == "batch"}
        fused = settings["attention"] == "fused"
        reads = nn.TransformerEncoderLayer if fused else PlainEncoderLayer
        writes = nn.TransformerDecoderLayer if fused else PlainDecoderLayer
        words = case["classes"] + 2
        self.encoder = nn.Module()
        self.encoder.embedding = nn.Linear(case["shape"][3], width)
        self.encoder.pos_embedding = nn.Parameter(torch.empty(steps, width))
        self.encoder.layers = nn.ModuleList(reads(*sizes, **first) for _ in range(case["encoderDepth"]))
        self.decoder = nn.Module()
        self.decoder.embedding = nn.Embedding(words, width)
        self.decoder.pos_embedding = nn.Parameter(torch.empty(case["positions"], width))
        self.decoder.layers = nn.ModuleList(writes(*sizes, **first) for _ in range(case["decoderDepth"]))
        self.fc = nn.Linear(width, words)
        self.start = case["classes"]

    def read(self, values):
        return arranged(values, self.layout)

    def learn(self, x, labels):
        """labels [B, L]; the logits of all words, and the words themselves."""
        given, targets = words(labels, self.start, self.start + 1)
        if self.layout == "time":
            given, targets = given.t(), targets.t()
        return self(x, given).flatten(0, 1), targets.flatten()

    def forward(self, x, given):
        memory = self.encoder.embedding(x) + self.places(self.encoder.pos_embedding)
        for layer in self.encoder.layers:
            memory = layer(memory)
        count = given.shape[1 if self.layout == "batch" else 0]
        y = self.decoder.embedding(given) + self.places(self.decoder.pos_embedding[:count])
        mask = nn.Transformer.generate_square_subsequent_mask(count)
        for layer in self.decoder.layers:
            y = layer(y, memory, tgt_mask=mask, tgt_is_causal=True)
        return self.fc(y)

    def places(self, embedding):
        return embedding if self.layout == "batch" else embedding[:, None]


class PlainDecoderLayer(nn.TransformerDecoderLayer):
    def forward(self, x, memory, tgt_mask, tgt_is_causal):
        x = self.norm1(x + self.dropout1(plain_attention(self.self_attn, x, x, tgt_mask)))
        x = self.norm2(x + self.dropout2(plain_attention(self.multihead_attn, x, memory, None)))
        return self.norm3(x + self.dropout3(self.linear2(self.dropout(torch.relu(self.linear1(x))))))


class Cnn(nn.Module):
    """memory=contiguous|channels_last: how images lie in memory."""

    def __init__(self, case, settings):
        super().__init__()
        sizes = dict(case["parameters"])
        for i in (1, 2):
            channels, inputs, *kernel = sizes[f"conv{i}.weight"]
            self.add_module(f"conv{i}", nn.Conv2d(inputs, channels, kernel, padding="same"))
            self.add_module(f"bn{i}", nn.BatchNorm2d(channels))
            hidden, inputs = sizes[f"fc{i}.weight"]
            self.add_module(f"fc{i}", nn.Linear(inputs, hidden))
        self.dropout = nn.Dropout(case["dropout"])
        self.memory = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[settings["memory"]]
        self.to(memory_format=self.memory)

    def read(self, values):
        images = arranged(values, "batch").unsqueeze(2)  # [N, B, 1, T, F]
        return [batch.contiguous(memory_format=self.memory) for batch in images]

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2)
        x = functional.max_pool2d(torch.relu(self.bn2(self.conv2(x))), 2)
        hidden = torch.relu(self.fc1(self.dropout(x.flatten(1))))
        return self.fc2(self.dropout(hidden))


class CnnRnn(nn.Module):
    """The CNN-RNN of Wang et al. 2016, as CnnRnnModel.java has it; the settings are those of Cnn."""

    def __init__(self, case, settings):
        super().__init__()
        sizes = dict(case["parameters"])
        rows, width = sizes["embedding.weight"]
        features = {name.removeprefix("cnn."): shape for name, shape in sizes.items() if name.startswith("cnn.")}
        hidden = features["fc1.weight"][0]
        self.cnn = Cnn({"parameters": {**features, "fc2.weight": (1, hidden)}, "dropout": case["cnn.dropout"]}, settings)
        self.cnn.fc2 = nn.Identity()  # what it would read is what the image is
        self.embedding = nn.Embedding(rows, width)
        self.lstm = nn.LSTM(width, case["hidden"], batch_first=True)
        self.label_projection = nn.Linear(case["hidden"], width)
        self.image_projection = nn.Linear(hidden, width)
        self.start = rows - 1

    def read(self, values):
        return arranged(values, "batch")

    def learn(self, x, labels):
        """labels [B, L]; the logits of all words, and the words themselves."""
        given, targets = words(labels, self.start, self.start - 1)
        return self(x, given).flatten(0, 1), targets.flatten()

    def forward(self, x, given):
        images = x.unsqueeze(1).contiguous(memory_format=self.cnn.memory)
        image = self.image_projection(self.cnn(images))
        y = torch.relu(self.label_projection(self.lstm(self.embedding(given))[0]) + image[:, None])
        return y @ self.embedding.weight[:-1].t()


class Sequence(nn.Module):
    """Blocks around layers that mix the steps; layout=batch|time: whether they read [B, T, F] or [T, B, F]; scan: what
    sequences.py says."""

    def __init__(self, case, settings):
        super().__init__()
        channels = case["channels"]
        self.layout, self.mean = settings["layout"], case["readout"] == "MEAN"
        self.encoder = nn.Linear(case["shape"][3], channels)
        self.layers = nn.ModuleList(SequenceBlock(case, settings) for _ in range(case["layers"]))
        self.fc = nn.Linear(channels, case["classes"])

    def read(self, values):
        return arranged(values, self.layout)

    def forward(self, x):
        y = self.encoder(x)
        for layer in self.layers:
            y = layer(y)
        time = 1 if self.layout == "batch" else 0
        return self.fc(y.mean(time) if self.mean else y.select(time, -1))


class SequenceBlock(nn.Module):
    def __init__(self, case, settings):
        super().__init__()
        channels, layout = case["channels"], settings["layout"]
        self.time = 1 if layout == "batch" else 0
        self.first, self.gate, self.dropout = case["normFirst"], case["gate"], case["dropout"]
        self.approximate = "tanh" if case["gelu"] == "TANH" else "none"
        self.norm = nn.BatchNorm1d(channels, momentum=case["momentum"]) if case["norm"] == "BATCH" else nn.LayerNorm(channels)
        self.seq = recurrence(case, layout) if case["layer"] == "recurrence" else sequences.LAYERS[case["layer"]](case, settings)
        if self.gate == "JOINT":
            self.output_linear = nn.Linear(channels, 2 * channels)
        else:
            self.out1 = nn.Linear(channels, channels) if self.gate == "FULL" else nn.Identity()
            self.out2 = nn.Linear(channels, channels)

    def normalized(self, x):
        return self.norm(x.flatten(0, 1)).reshape(x.shape)

    def dropped(self, x):
        """The same channels of a sequence at all steps."""
        if not self.training or self.dropout == 0:
            return x
        return x * functional.dropout(torch.ones_like(x.narrow(self.time, 0, 1)), self.dropout)

    def forward(self, x):
        v = self.dropped(functional.gelu(self.seq(self.normalized(x) if self.first else x), approximate=self.approximate))
        if self.gate == "JOINT":
            v = functional.glu(self.output_linear(v))
        else:
            v = self.out1(v) * torch.sigmoid(self.out2(v))
        y = x + self.dropped(v)
        return y if self.first else self.normalized(y)


def recurrent(case, settings):
    """The layers of PyTorch, or those that it lacks."""
    if case["cell"] == "UR_LSTM":
        raise ValueError("PyTorch has no LSTM with uniform and refine gates")
    return sequences.LemClassifier(case) if case["cell"] == "LEM" else Recurrent(case, settings)


def recurrence(case, layout):
    """An nn.RNN, LSTM or GRU that returns its output alone."""
    cell, *nonlinearity = case["layer.cell"].split("_")
    arguments = {"nonlinearity": nonlinearity[0].lower()} if nonlinearity else {}
    layer = getattr(nn, cell)(case["channels"], case["channels"], batch_first=layout == "batch", **arguments)
    layer.register_forward_hook(lambda _, inputs, outputs: outputs[0])
    return layer


# By the name of the model in a recipe.
KINDS = {"recurrent": recurrent, "vit": Vit, "encoder": Encoder, "cnn": Cnn, "transformer": Transformer,
         "cnnrnn": CnnRnn, "sequence": Sequence}
IGNORED = -1


def words(labels, start, end):
    """What a network that writes is given and what it must say, of labels [B, L]; those behind an answer are IGNORED."""
    border = labels.new_full((len(labels), 1), start)
    given = torch.cat((border, labels.where(labels != IGNORED, end)), 1)
    lengths = (labels != IGNORED).sum(1, keepdim=True)
    return given, torch.cat((labels, torch.full_like(border, IGNORED)), 1).scatter(1, lengths, end)


def learned(model, x, labels):
    """What is compared in the loss: logits [N, C] and targets, which are [N], or [N, C] where an answer is a set."""
    if hasattr(model, "learn"):
        return model.learn(x, labels)
    logits = model(x)
    if labels.dim() == 1:
        return logits, labels
    return logits, functional.one_hot(labels + 1, logits.shape[1] + 1).sum(1)[:, 1:].to(logits.dtype)


def loss(logits, targets, smoothing):
    if targets.is_floating_point():
        return functional.binary_cross_entropy_with_logits(logits, targets)
    return functional.cross_entropy(logits, targets, ignore_index=IGNORED, label_smoothing=smoothing)


def arranged(values, layout):
    return values.transpose(1, 2).contiguous() if layout == "batch" else values


def plain_attention(own, x, memory, mask):
    """The attention of nn.MultiheadAttention by products and softmax; queries are made of x, keys and values of memory."""
    head_first = (0, 2, 1, 3) if own.batch_first else (1, 2, 0, 3)
    back = (0, 2, 1, 3) if own.batch_first else (2, 0, 1, 3)
    if x is memory:
        parts = functional.linear(x, own.in_proj_weight, own.in_proj_bias).chunk(3, -1)
    else:
        width = own.embed_dim
        weights, biases = own.in_proj_weight.split((width, 2 * width)), own.in_proj_bias.split((width, 2 * width))
        parts = (functional.linear(x, weights[0], biases[0]),
                 *functional.linear(memory, weights[1], biases[1]).chunk(2, -1))
    q, k, v = (y.unflatten(-1, (own.num_heads, -1)).permute(head_first) for y in parts)
    y = attend(q, k, v, own.dropout if own.training else 0.0, False, mask)
    return own.out_proj(y.permute(back).flatten(2))


def attend(q, k, v, dropout, fused, mask=None):
    """Of q, k and v, [B, heads, T, head width]."""
    if fused:
        return functional.scaled_dot_product_attention(q, k, v, mask, dropout)
    scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
    weights = torch.softmax(scores if mask is None else scores + mask, -1)
    return (functional.dropout(weights, dropout) if dropout else weights) @ v

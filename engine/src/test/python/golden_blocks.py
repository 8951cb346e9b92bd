"""Writes the golden files of blocks around layers of sequences: python golden_blocks.py FOLDER, with torch and safetensors.

Each model is a linear map, two blocks around an LSTM, and a linear map of the mean over time or of the last step, computed
in double precision. Sequences are time-major, [T, B, F].
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

STEPS, BATCH, FEATURES, CHANNELS, DEPTH, CLASSES = 7, 5, 3, 6, 2, 10
UPDATES = 10

# Name: normalization, whether it comes first, the weight of a batch in its statistics, gelu's approximation, gate, mean.
BLOCKS = {
    "s5": ("batch", True, 0.05, "tanh", "half", True),
    "lru": ("batch", True, 0.01, "tanh", "full", False),
    "s4d": ("layer", False, 0.1, "none", "joint", True),
}


class Block(nn.Module):
    def __init__(self, norm, first, momentum, approximate, gate):
        super().__init__()
        self.first, self.approximate, self.gate = first, approximate, gate
        self.norm = nn.BatchNorm1d(CHANNELS, momentum=momentum) if norm == "batch" else nn.LayerNorm(CHANNELS)
        self.seq = nn.LSTM(CHANNELS, CHANNELS)
        if gate == "joint":
            self.output_linear = nn.Linear(CHANNELS, 2 * CHANNELS)
        else:
            if gate == "full":
                self.out1 = nn.Linear(CHANNELS, CHANNELS)
            self.out2 = nn.Linear(CHANNELS, CHANNELS)

    def normalized(self, x):
        rows = x.flatten(0, 1)
        return self.norm(rows).reshape(x.shape)

    def forward(self, x):
        v = functional.gelu(self.seq(self.normalized(x) if self.first else x)[0], approximate=self.approximate)
        if self.gate == "joint":
            v = functional.glu(self.output_linear(v))
        else:
            v = (self.out1(v) if self.gate == "full" else v) * torch.sigmoid(self.out2(v))
        return x + v if self.first else self.normalized(x + v)


class Model(nn.Module):
    def __init__(self, *block, mean):
        super().__init__()
        self.mean = mean
        self.encoder = nn.Linear(FEATURES, CHANNELS)
        self.layers = nn.ModuleList(Block(*block) for _ in range(DEPTH))
        self.fc = nn.Linear(CHANNELS, CLASSES)

    def forward(self, x):
        y = self.encoder(x)
        for block in self.layers:
            y = block(y)
        return self.fc(y.mean(0) if self.mean else y[-1])


def floats(tensors):
    """As floats; num_batches_tracked stays an integer, as PyTorch has it."""
    return {name: value.detach().contiguous() if name.endswith("tracked") else value.detach().float().contiguous()
            for name, value in tensors.items()}


def write(folder, name):
    torch.manual_seed(3)
    *block, mean = BLOCKS[name]
    model = Model(*block, mean=mean)
    for block in model.layers:
        nn.init.uniform_(block.norm.weight, 0.5, 1.5)
        nn.init.uniform_(block.norm.bias, -0.5, 0.5)
    model.float().double()  # weights that are exact as floats
    save_file(floats(model.state_dict()), folder / f"blocks-{name}.safetensors")
    x = torch.randn(STEPS, BATCH, FEATURES).float().double()
    labels = torch.randint(CLASSES, (BATCH,))
    expected = {"input": x, "labels": labels}
    first = {key: value.clone() for key, value in model.state_dict().items()}
    for smoothing in (0.0, 0.1):
        model.load_state_dict(first)
        model.zero_grad()
        logits = model(x)
        loss = functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        expected["logits"] = logits
        expected[f"loss.{smoothing}"] = loss.reshape(1)
        for key, parameter in model.named_parameters():
            expected[f"gradient.{smoothing}.{key}"] = parameter.grad.clone()
    model.load_state_dict(first)
    update = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(UPDATES):
        update.zero_grad()
        functional.cross_entropy(model(x), labels).backward()
        update.step()
    for key, value in model.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            expected[f"sgd.{key}"] = value.clone()
    model.eval()
    expected["sgd.logits"] = model(x)
    save_file(floats(expected), folder / f"blocks-{name}.expected.safetensors")


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.double)
    for name in BLOCKS:
        write(Path(sys.argv[1]), name)


main()

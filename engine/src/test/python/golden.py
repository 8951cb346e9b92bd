"""Writes the golden files of the parity tests: python golden.py FOLDER, with torch (2.13.0) and safetensors."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

STEPS, BATCH, FEATURES, HIDDEN, CLASSES = 9, 5, 7, 12, 10
UPDATES = 10

# Name: optimiser, its arguments, and how gradients are clipped. The bounds are small enough to change some gradients.
RULES = {
    "sgd": (torch.optim.SGD, dict(lr=0.5), None),
    "sgd-nesterov": (torch.optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01), ("norm", 0.2)),
    "sgd-momentum": (torch.optim.SGD, dict(lr=0.1, momentum=0.9), ("value", 0.01)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.001), ("value", 0.01)),
    "rmsprop-momentum": (torch.optim.RMSprop, dict(lr=0.001, alpha=0.9, eps=1e-6, momentum=0.9, weight_decay=0.01), None),
    "adam": (torch.optim.Adam, dict(lr=0.001), None),
    "adam-decay": (torch.optim.Adam, dict(lr=0.002, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1), ("norm", 0.2)),
    "adamw": (torch.optim.AdamW, dict(lr=0.002, weight_decay=0.1), ("norm", 0.2)),
}


# Name of the layer: what makes it.
KINDS = {
    "rnn_tanh": ("rnn", nn.RNN, dict(nonlinearity="tanh")),
    "rnn_relu": ("rnn", nn.RNN, dict(nonlinearity="relu")),
    "lstm": ("lstm", nn.LSTM, {}),
    "gru": ("gru", nn.GRU, {}),
}


class Classifier(nn.Module):
    def __init__(self, kind, layers, bidirectional):
        super().__init__()
        self.name, make, arguments = KINDS[kind]
        self.directions = 2 if bidirectional else 1
        setattr(self, self.name, make(FEATURES, HIDDEN, layers, bidirectional=bidirectional, **arguments))
        self.fc = nn.Linear(self.directions * HIDDEN, CLASSES)

    def forward(self, x):
        state = getattr(self, self.name)(x)[1]
        last = state[0] if isinstance(state, tuple) else state
        return self.fc(torch.cat(tuple(last[-self.directions:]), dim=1))


def clip(model, bound):
    if bound and bound[0] == "norm":
        nn.utils.clip_grad_norm_(model.parameters(), bound[1])
    elif bound:
        nn.utils.clip_grad_value_(model.parameters(), bound[1])


def write(folder, kind, layers, bidirectional):
    torch.manual_seed(layers)
    model = Classifier(kind, layers, bidirectional)
    file = f"{kind}-{layers}" + ("-bidirectional" if bidirectional else "")
    # Every rule twice: what a rule does depends on no layer. The others learn by plain descent, as Adam divides by the
    # gradient's size, which turns the rounding of one that is nearly zero into a whole step.
    rules = RULES if file in ("lstm-1", "lstm-2") else {"sgd": RULES["sgd"]}
    initial = {name: value.clone() for name, value in model.state_dict().items()}
    save_file(initial, folder / f"{file}.safetensors")
    x = torch.randn(STEPS, BATCH, FEATURES)
    labels = torch.randint(CLASSES, (BATCH,))
    expected = {"input": x, "labels": labels.float()}
    for smoothing in (0.0, 0.1):
        model.zero_grad()
        logits = model(x)
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        expected["logits"] = logits.detach()
        expected[f"loss.{smoothing}"] = loss.detach().reshape(1)
        for name, parameter in model.named_parameters():
            expected[f"gradient.{smoothing}.{name}"] = parameter.grad.clone()
    for rule, (optimizer, arguments, bound) in rules.items():
        model.load_state_dict(initial)
        update = optimizer(model.parameters(), **arguments)
        for _ in range(UPDATES):
            update.zero_grad()
            nn.functional.cross_entropy(model(x), labels).backward()
            clip(model, bound)
            update.step()
        for name, parameter in model.named_parameters():
            expected[f"{rule}.{name}"] = parameter.detach().clone()
    save_file(expected, folder / f"{file}.expected.safetensors")


def factors(scheduler, epochs, **arguments):
    """What the learning rate is multiplied by in each epoch."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedule = scheduler(optimizer, **arguments)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return torch.tensor(rates)


class Cnn(nn.Module):
    """Images of 8 x 12 pixels: pooled twice to 2 x 3, or, strided, to 1 x 2."""

    def __init__(self, strided):
        super().__init__()
        self.strided = strided
        self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 20, 4, stride=2, padding=2) if strided else nn.Conv2d(6, 20, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(20)
        self.fc = nn.Linear(40 if strided else 120, CLASSES)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = nn.functional.max_pool2d(x, 3, 2) if self.strided else nn.functional.max_pool2d(x, 2)
        x = torch.relu(self.bn2(self.conv2(x)))
        x = nn.functional.avg_pool2d(x, 2, 1) if self.strided else nn.functional.max_pool2d(x, 2)
        return self.fc(x.flatten(1))


def write_cnn(folder, file, strided):
    torch.manual_seed(1)
    model = Cnn(strided)
    with torch.no_grad():
        for norm in (model.bn1, model.bn2):
            norm.weight.uniform_(-1, 1)
            norm.bias.uniform_(-1, 1)
    # With num_batches_tracked, an integer, as PyTorch has it.
    save_file({name: value.clone() for name, value in model.state_dict().items()}, folder / f"{file}.safetensors")
    x = torch.randn(BATCH, 1, 8, 12)
    labels = torch.randint(CLASSES, (BATCH,))
    expected = {"input": x[:, 0].transpose(0, 1).contiguous(), "labels": labels.float()}
    update = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(UPDATES):
        update.zero_grad()
        logits = model(x)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        if step == 0:
            expected["logits"] = logits.detach()
            expected["loss"] = loss.detach().reshape(1)
            for name, parameter in model.named_parameters():
                expected[f"gradient.{name}"] = parameter.grad.clone()
        update.step()
    for name, value in model.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            expected[f"sgd.{name}"] = value.clone()
    model.eval()
    expected["sgd.logits"] = model(x).detach()
    save_file(expected, folder / f"{file}.expected.safetensors")


def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    for kind in KINDS:
        for layers in (1, 2, 3):
            write(folder, kind, layers, False)
        for layers in (1, 2):
            write(folder, kind, layers, True)
    write_cnn(folder, "cnn", False)
    write_cnn(folder, "cnn-strided", True)
    schedules = torch.optim.lr_scheduler
    save_file(
        {
            "step": factors(schedules.StepLR, 30, step_size=7, gamma=0.3),
            "cosine": factors(schedules.CosineAnnealingLR, 30, T_max=30, eta_min=0.05),
            "one-cycle": factors(schedules.OneCycleLR, 30, max_lr=1, total_steps=30),
            "steep-cycle": factors(schedules.OneCycleLR, 30, max_lr=1, total_steps=30, pct_start=0.13, div_factor=3,
                                   final_div_factor=7),
        },
        folder / "schedules.safetensors",
    )


main()

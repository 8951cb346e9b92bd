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


class Lem(nn.Module):
    """Long expressive memory (Rusch et al. 2022): states y and z, and time steps of at most dt. One layer in one direction."""

    def __init__(self, inputs, hidden, dt):
        super().__init__()
        self.hidden, self.dt = hidden, dt
        self.inp2hid = nn.Linear(inputs, 4 * hidden)
        self.hid2hid = nn.Linear(hidden, 3 * hidden)
        self.transform_z2y = nn.Linear(hidden, hidden)

    def forward(self, x):
        y = z = x.new_zeros(x.shape[1], self.hidden)
        states = []
        for step in x:
            to_y, to_z, of_y, of_z = self.inp2hid(step).split(self.hidden, 1)
            from_y, from_z, own = self.hid2hid(y).split(self.hidden, 1)
            share = self.dt * torch.sigmoid(to_z + from_z)
            z = (1 - share) * z + share * torch.tanh(of_z + own)
            share = self.dt * torch.sigmoid(to_y + from_y)
            y = (1 - share) * y + share * torch.tanh(of_y + self.transform_z2y(z))
            states.append(y)
        return torch.stack(states)


class Stack(nn.Module):
    """Layers l0, l1 and so on, each in one direction or both, with the interface of nn.RNN."""

    def __init__(self, make, inputs, hidden, layers, bidirectional):
        super().__init__()
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        self.layers = layers
        for layer in range(layers):
            for suffix in self.suffixes:
                self.add_module(f"l{layer}{suffix}", make(inputs if layer == 0 else len(self.suffixes) * hidden, hidden))

    def forward(self, x):
        for layer in range(self.layers):
            y = [getattr(self, f"l{layer}")(x)]
            if len(self.suffixes) == 2:
                y.append(getattr(self, f"l{layer}_reverse")(x.flip(0)))
            last = torch.stack([each[-1] for each in y])
            x = torch.cat([y[0], *(each.flip(0) for each in y[1:])], 2)
        return x, last


def lem(inputs, hidden, layers, bidirectional):
    return Stack(lambda features, units: Lem(features, units, 0.21), inputs, hidden, layers, bidirectional)


class UrLstm(nn.Module):
    """The LSTM with uniform and refine gates (Gu et al. 2020), with the names of nn.LSTM."""

    def __init__(self, inputs, hidden, layers, bidirectional):
        super().__init__()
        self.names = [[f"l{layer}", f"l{layer}_reverse"][: 1 + bidirectional] for layer in range(layers)]
        for layer, names in enumerate(self.names):
            for name in names:
                features = inputs if layer == 0 else len(names) * hidden
                for kind, sizes in dict(
                    weight_ih=(4 * hidden, features), weight_hh=(4 * hidden, hidden), bias_ih=(4 * hidden,), bias_hh=(4 * hidden,)
                ).items():
                    values = torch.empty(sizes).uniform_(-(hidden**-0.5), hidden**-0.5)
                    self.register_parameter(f"{kind}_{name}", nn.Parameter(values))
                share = torch.empty(hidden).uniform_(1 / hidden, 1 - 1 / hidden)
                self.register_buffer(f"forget_bias_{name}", -torch.log(1 / share - 1))

    def direction(self, x, name):
        w, u, b, d, offset = (
            getattr(self, f"{kind}_{name}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "forget_bias")
        )
        y = c = x.new_zeros(x.shape[1], u.shape[1])
        outputs = []
        for step in x:
            forget, refine, candidate, out = (step @ w.T + b + y @ u.T + d).chunk(4, 1)
            f, r = torch.sigmoid(forget + offset), torch.sigmoid(refine - offset)
            keep = r * (1 - (1 - f) ** 2) + (1 - r) * f**2
            c = keep * c + (1 - keep) * torch.tanh(candidate)
            y = torch.sigmoid(out) * torch.tanh(c)
            outputs.append(y)
        return torch.stack(outputs)

    def forward(self, x):
        for names in self.names:
            y = [self.direction(x, names[0]), *(self.direction(x.flip(0), name) for name in names[1:])]
            x = torch.cat([y[0], *(each.flip(0) for each in y[1:])], 2)
        return x, torch.stack([each[-1] for each in y])


class Minimal(nn.Module):
    """minGRU or minLSTM (Feng et al. 2024), with the names of minGRU-pytorch, as a plain recurrence."""

    def __init__(self, kind, size, expansion):
        super().__init__()
        inner = int(size * expansion)
        self.kind = kind
        name, blocks = ("to_hidden_and_gate", 2) if kind == "mingru" else ("to_hidden_and_f_i_gate", 3)
        self.add_module(name, nn.Linear(size, blocks * inner, bias=False))
        self.sums = name
        self.to_out = nn.Identity() if inner == size else nn.Linear(inner, size, bias=False)

    def forward(self, x):
        v, *gates = getattr(self, self.sums)(x).chunk(2 if self.kind == "mingru" else 3, -1)
        candidate = torch.where(v >= 0, v + 0.5, v.sigmoid())
        if self.kind == "mingru":
            keep = torch.sigmoid(-gates[0])
        else:
            keep = torch.sigmoid(nn.functional.softplus(-gates[1]) - nn.functional.softplus(-gates[0]))
        h = torch.zeros_like(v[0])
        states = []
        for k, c in zip(keep, candidate):
            h = k * h + (1 - k) * c
            states.append(h)
        return self.to_out(torch.stack(states))


class MinimalStack(nn.Module):
    """A linear map and two minimal layers, with the interface of nn.RNN."""

    def __init__(self, inputs, hidden, layers, bidirectional, kind):
        super().__init__()
        self.encoder = nn.Linear(inputs, hidden)
        self.layers = nn.Sequential(Minimal(kind, hidden, 1), Minimal(kind, hidden, 1.5))

    def forward(self, x):
        y = self.layers(self.encoder(x))
        return y, y[-1:]


# Name of the layer: what makes it.
KINDS = {
    "rnn_tanh": ("rnn", nn.RNN, dict(nonlinearity="tanh")),
    "rnn_relu": ("rnn", nn.RNN, dict(nonlinearity="relu")),
    "lstm": ("lstm", nn.LSTM, {}),
    "gru": ("gru", nn.GRU, {}),
    "lem": ("lem", lem, {}),
    "ur_lstm": ("ur_lstm", UrLstm, {}),
}
# The same, of which there is one depth and one direction.
MINIMAL = {
    "mingru": ("mingru", MinimalStack, dict(kind="mingru")),
    "minlstm": ("minlstm", MinimalStack, dict(kind="minlstm")),
}
# What PyTorch does not have is computed in double precision.
PRECISE = ("lem", "ur_lstm", *MINIMAL)


class Classifier(nn.Module):
    def __init__(self, kind, layers, bidirectional):
        super().__init__()
        self.name, make, arguments = (KINDS | MINIMAL)[kind]
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
    if kind in PRECISE:
        model, x = model.double(), x.double()
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
    save_file({name: value.float() for name, value in expected.items()}, folder / f"{file}.expected.safetensors")


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
    for kind in MINIMAL:
        write(folder, kind, 1, False)
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

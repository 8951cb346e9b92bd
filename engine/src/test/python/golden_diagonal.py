"""Writes the golden files of the diagonal recurrences: python golden_diagonal.py FOLDER, with torch and safetensors.

All is computed in double precision, with complex numbers, from the definitions of the papers, and with torch's gradients.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

STEPS, BATCH, FEATURES, HIDDEN, STATES, CLASSES = 40, 9, 7, 12, 5, 10
UPDATES = 10


def normal(*shape, deviation=1.0):
    return nn.Parameter(deviation * torch.randn(*shape))


class Diagonal(nn.Module):
    """x = l x' + p B u, y = factor Re(C x) + D u, from states that are zero."""

    def __init__(self):
        super().__init__()
        self.B_re, self.B_im = normal(STATES, HIDDEN, deviation=0.3), normal(STATES, HIDDEN, deviation=0.3)
        self.C_re, self.C_im = normal(HIDDEN, STATES, deviation=0.3), normal(HIDDEN, STATES, deviation=0.3)
        self.D = normal(HIDDEN)

    def forward(self, u):
        l, p = self.discretized()
        b, c = torch.complex(self.B_re, self.B_im), torch.complex(self.C_re, self.C_im)
        x, y = torch.zeros(u.shape[1], STATES, dtype=b.dtype), []
        for step in u:
            x = l * x + p * (step.to(b.dtype) @ b.T)
            y.append(self.factor * (x @ c.T).real + self.D * step)
        return torch.stack(y)


class S5(Diagonal):
    factor = 2

    def __init__(self):
        super().__init__()
        self.Lambda_re = nn.Parameter(-0.5 * torch.ones(STATES))
        self.Lambda_im = nn.Parameter(torch.tensor([39.0, 12.0, 5.0, 1.5, 0.3]))
        self.log_step = nn.Parameter(torch.empty(STATES).uniform_(-5, -1))

    def discretized(self):
        eigenvalues = torch.complex(self.Lambda_re, self.Lambda_im)
        l = torch.exp(eigenvalues * torch.exp(self.log_step))
        return l, (l - 1) / eigenvalues


class Lru(Diagonal):
    factor = 1

    def __init__(self):
        super().__init__()
        self.nu_log = nn.Parameter(torch.empty(STATES).uniform_(-5, 0))
        self.theta_log = nn.Parameter(torch.empty(STATES).uniform_(-4, 1.8))
        self.gamma_log = nn.Parameter(torch.empty(STATES).uniform_(-2, 0))

    def discretized(self):
        l = torch.exp(torch.complex(-torch.exp(self.nu_log), torch.exp(self.theta_log)))
        return l, torch.exp(self.gamma_log)


class Classifier(nn.Module):
    """The mean over the steps of the layer after a linear map and before another."""

    def __init__(self, layer):
        super().__init__()
        self.encoder = nn.Linear(FEATURES, HIDDEN)
        self.layer = layer
        self.fc = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x):
        return self.fc(self.layer(self.encoder(x)).mean(0))


def floats(tensors):
    return {name: tensor.detach().float().clone() for name, tensor in tensors.items()}


def write(folder, name, make):
    torch.manual_seed(1)
    model = Classifier(make())
    # The engine begins with the weights as the file has them, rounded to floats.
    initial = {key: value.float().double() for key, value in model.state_dict().items()}
    model.load_state_dict(initial)
    save_file(floats(initial), folder / f"{name}.safetensors")
    x = torch.randn(STEPS, BATCH, FEATURES).float().double()
    labels = torch.randint(CLASSES, (BATCH,))
    expected = {"input": x, "labels": labels}
    for smoothing in (0.0, 0.1):
        model.zero_grad()
        logits = model(x)
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        expected["logits"] = logits
        expected[f"loss.{smoothing}"] = loss.reshape(1)
        for key, parameter in model.named_parameters():
            expected[f"gradient.{smoothing}.{key}"] = parameter.grad.clone()
    update = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(UPDATES):
        update.zero_grad()
        nn.functional.cross_entropy(model(x), labels).backward()
        update.step()
    for key, parameter in model.named_parameters():
        expected[f"sgd.{key}"] = parameter
    save_file(floats(expected), folder / f"{name}.expected.safetensors")


def main():
    torch.set_default_dtype(torch.double)
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    write(folder, "s5", S5)
    write(folder, "lru", Lru)


main()

"""Writes the golden file of an S4D classifier: python golden_s4d.py FOLDER, with torch (2.13.0) and safetensors.

The layers are computed as convolutions with complex numbers, in double precision; no state of the recurrence occurs.
"""

import sys
from math import log, pi
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

STEPS, BATCH, FEATURES, CHANNELS, STATES, CLASSES = 40, 6, 3, 20, 10, 10
UPDATES = 10


class Kernel(nn.Module):
    def __init__(self):
        super().__init__()
        modes = STATES // 2
        self.log_dt = nn.Parameter(torch.rand(CHANNELS) * (log(0.1) - log(0.001)) + log(0.001))
        self.C = nn.Parameter(torch.view_as_real(torch.randn(CHANNELS, modes, dtype=torch.cdouble)).clone())
        self.log_A_real = nn.Parameter(torch.log(0.5 * torch.ones(CHANNELS, modes)) + 0.1 * torch.randn(CHANNELS, modes))
        self.A_imag = nn.Parameter(pi * torch.arange(modes).repeat(CHANNELS, 1).double())

    def forward(self, steps):
        """[H, T]."""
        dtA = self.log_dt.exp()[:, None] * torch.complex(-self.log_A_real.exp(), self.A_imag)
        factor = torch.view_as_complex(self.C) * self.log_dt.exp()[:, None] * (torch.exp(dtA) - 1) / dtA
        return 2 * (factor[..., None] * torch.exp(dtA[..., None] * torch.arange(steps))).sum(1).real


class S4d(nn.Module):
    def __init__(self):
        super().__init__()
        self.D = nn.Parameter(torch.randn(CHANNELS))
        self.kernel = Kernel()

    def forward(self, u):
        """u and the result are [T, B, H]."""
        steps = len(u)
        k = torch.fft.rfft(self.kernel(steps), n=2 * steps)
        y = torch.fft.irfft(torch.fft.rfft(u.permute(1, 2, 0), n=2 * steps) * k, n=2 * steps)[..., :steps]
        return y.permute(2, 0, 1) + self.D * u


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(FEATURES, CHANNELS)
        self.first = S4d()
        self.second = S4d()
        self.fc = nn.Linear(CHANNELS, CLASSES)

    def forward(self, x):
        y = nn.functional.gelu(self.first(self.encoder(x)))
        return self.fc(self.second(y).mean(0))


def main():
    torch.manual_seed(1)
    torch.set_default_dtype(torch.double)
    folder = Path(sys.argv[1])
    model = Classifier()
    with torch.no_grad():  # float32, as the engine reads them
        for value in model.parameters():
            value.copy_(value.float())
    save_file({name: value.float() for name, value in model.state_dict().items()}, folder / "s4d.safetensors")
    x = torch.randn(STEPS, BATCH, FEATURES).float().double()
    labels = torch.randint(CLASSES, (BATCH,))
    expected = {"input": x, "labels": labels}
    initial = {name: value.clone() for name, value in model.state_dict().items()}
    for smoothing in (0.0, 0.1):
        model.zero_grad()
        logits = model(x)
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        expected["logits"] = logits.detach()
        expected[f"loss.{smoothing}"] = loss.detach().reshape(1)
        for name, parameter in model.named_parameters():
            expected[f"gradient.{smoothing}.{name}"] = parameter.grad.clone()
    model.load_state_dict(initial)
    update = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(UPDATES):
        update.zero_grad()
        nn.functional.cross_entropy(model(x), labels).backward()
        update.step()
    for name, parameter in model.named_parameters():
        expected[f"sgd.{name}"] = parameter.detach().clone()
    save_file({name: value.float().contiguous() for name, value in expected.items()}, folder / "s4d.expected.safetensors")


main()

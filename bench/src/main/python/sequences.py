"""The layers that mix the steps in networks.Sequence, in the forms that PyTorch's users have for them.

Each reads and returns [T, B, H], has the parameters of Scanline's layer under the same names, and computes its recurrence as
the setting scan says:

    loop        one step after the other
    doubling    x[t] += a^d x[t - d] for d = 1, 2, 4, ...: the associative scan, as the factors do not depend on t
    fft         a convolution with the impulse response of each state, by fast Fourier transforms
    log         the scan of minGRU-pytorch in log space, for factors that depend on t
"""

import torch
from torch import nn
from torch.nn import functional


def filtered(a, s, form):
    """x[t] = a x[t - 1] + s[t] for factors a, [P], and inputs s, [T, B, P], both complex."""
    steps = len(s)
    if form == "loop":
        x, states = torch.zeros_like(s[0]), []
        for input in s.unbind():
            x = a * x + input
            states.append(x)
        return torch.stack(states)
    if form == "doubling":
        x, distance = s, 1
        while distance < steps:
            x = x + functional.pad(a ** distance * x[:-distance], (0, 0, 0, 0, distance, 0))
            distance *= 2
        return x
    response = a ** torch.arange(steps)[:, None, None]
    return torch.fft.ifft(torch.fft.fft(s, 2 * steps, 0) * torch.fft.fft(response, 2 * steps, 0), dim=0)[:steps]


class S5(nn.Module):
    """Smith, Warrington and Linderman 2023, discretized by zero-order hold."""

    def __init__(self, case, settings):
        super().__init__()
        width, pairs = case["channels"], case["layer.states"] // 2
        for name, shape in {"Lambda_re": (pairs,), "Lambda_im": (pairs,), "log_step": (pairs,), "D": (width,),
                            "B_re": (pairs, width), "B_im": (pairs, width), "C_re": (width, pairs),
                            "C_im": (width, pairs)}.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape)))
        self.form = settings["scan"]

    def forward(self, u):
        eigenvalues = torch.complex(self.Lambda_re, self.Lambda_im)
        a = torch.exp(eigenvalues * torch.exp(self.log_step))
        s = torch.complex(u @ self.B_re.t(), u @ self.B_im.t()) * ((a - 1) / eigenvalues)
        x = filtered(a, s, self.form)
        return 2 * (x.real @ self.C_re.t() - x.imag @ self.C_im.t()) + self.D * u


class Lru(nn.Module):
    """Orvieto et al. 2023."""

    def __init__(self, case, settings):
        super().__init__()
        width, states = case["channels"], case["layer.states"]
        for name, shape in {"nu_log": (states,), "theta_log": (states,), "gamma_log": (states,), "D": (width,),
                            "B_re": (states, width), "B_im": (states, width), "C_re": (width, states),
                            "C_im": (width, states)}.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape)))
        self.form = settings["scan"]

    def forward(self, u):
        a = torch.polar(torch.exp(-torch.exp(self.nu_log)), torch.exp(self.theta_log))
        s = torch.complex(u @ self.B_re.t(), u @ self.B_im.t()) * torch.exp(self.gamma_log)
        x = filtered(a, s, self.form)
        return x.real @ self.C_re.t() - x.imag @ self.C_im.t() + self.D * u


class S4d(nn.Module):
    """Gu, Goel, Gupta and Re 2022: a convolution with a kernel per channel, by fast Fourier transforms."""

    def __init__(self, case, settings):
        super().__init__()
        width, modes = case["channels"], case["layer.states"] // 2
        self.D = nn.Parameter(torch.empty(width))
        self.kernel = nn.Module()
        for name, shape in {"log_dt": (width,), "log_A_real": (width, modes), "A_imag": (width, modes),
                            "C": (width, modes, 2)}.items():
            self.kernel.register_parameter(name, nn.Parameter(torch.empty(shape)))

    def forward(self, u):
        steps, own = len(u), self.kernel
        eigenvalues = torch.complex(-torch.exp(own.log_A_real), own.A_imag)
        exponents = eigenvalues * torch.exp(own.log_dt)[:, None]
        weights = torch.view_as_complex(own.C) * (torch.exp(exponents) - 1) / eigenvalues
        powers = torch.exp(exponents[:, :, None] * torch.arange(steps))
        kernel = 2 * torch.einsum("hn,hnt->ht", weights, powers).real
        x = u.permute(1, 2, 0)
        y = torch.fft.irfft(torch.fft.rfft(x, 2 * steps) * torch.fft.rfft(kernel, 2 * steps), 2 * steps)[..., :steps]
        return (y + x * self.D[:, None]).permute(2, 0, 1)


class Minimal(nn.Module):
    """minGRU and minLSTM, Feng et al. 2024."""

    name, gates = "", 0

    def __init__(self, case, settings):
        super().__init__()
        width = case["channels"]
        hidden = int(width * case["layer.expansion"])
        setattr(self, self.name, nn.Linear(width, self.gates * hidden, bias=False))
        self.to_out = nn.Linear(hidden, width, bias=False) if hidden != width else nn.Identity()
        self.log = settings["scan"] == "log"

    def forward(self, x):
        candidate, *gates = getattr(self, self.name)(x).chunk(self.gates, -1)
        if self.log:
            keep, share = self.logarithms(*gates)
            total = keep.cumsum(0)
            return self.to_out(torch.exp(total + torch.logcumsumexp(share + log_positive(candidate) - total, 0)))
        share, c = self.share(*gates), positive(candidate)
        h, states = torch.zeros_like(c[0]), []
        for z, value in zip(share.unbind(), c.unbind()):
            h = h + z * (value - h)
            states.append(h)
        return self.to_out(torch.stack(states))


class MinGru(Minimal):
    name, gates = "to_hidden_and_gate", 2

    def share(self, gate):
        return torch.sigmoid(gate)

    def logarithms(self, gate):
        return -functional.softplus(gate), -functional.softplus(-gate)


class MinLstm(Minimal):
    name, gates = "to_hidden_and_f_i_gate", 3

    def share(self, forget, input):
        f, i = torch.sigmoid(forget), torch.sigmoid(input)
        return i / (f + i)

    def logarithms(self, forget, input):
        difference = functional.softplus(-forget) - functional.softplus(-input)
        return -functional.softplus(difference), -functional.softplus(-difference)


def positive(v):
    return torch.where(v >= 0, v + 0.5, torch.sigmoid(v))


def log_positive(v):
    return torch.where(v >= 0, torch.log(functional.relu(v) + 0.5), -functional.softplus(-v))


class Lem(nn.Module):
    """Long expressive memory (Rusch et al. 2022), one step after the other; returns what the last step leaves."""

    def __init__(self, features, hidden, dt):
        super().__init__()
        self.inp2hid = nn.Linear(features, 4 * hidden)
        self.hid2hid = nn.Linear(hidden, 3 * hidden)
        self.transform_z2y = nn.Linear(hidden, hidden)
        self.dt = dt

    def forward(self, x):
        y = z = x.new_zeros(x.shape[1], self.transform_z2y.in_features)
        for step in self.inp2hid(x).unbind():
            of_input = step.chunk(4, 1)
            of_state = self.hid2hid(y).chunk(3, 1)
            share_y = self.dt * torch.sigmoid(of_input[0] + of_state[0])
            share_z = self.dt * torch.sigmoid(of_input[1] + of_state[1])
            z = (1 - share_z) * z + share_z * torch.tanh(of_input[3] + of_state[2])
            y = (1 - share_y) * y + share_y * torch.tanh(of_input[2] + self.transform_z2y(z))
        return y


class LemClassifier(nn.Module):
    """layout=time: LEM in Recurrent's place."""

    def __init__(self, case):
        super().__init__()
        if case["layers"] > 1 or case["bidirectional"] or case["learnInitialState"] or case["readout"] != "LAST":
            raise ValueError("this LEM has one layer, one direction, no learned state, and the last step as read-out")
        self.lem = nn.ModuleDict({"l0": Lem(case["shape"][3], case["hidden"], case["dt"])})
        self.fc = nn.Linear(case["hidden"], case["classes"])
        self.relu = case["relu"]

    @staticmethod
    def read(values):
        return values

    def forward(self, x):
        y = self.lem["l0"](x)
        return self.fc(torch.relu(y) if self.relu else y)


# By the name of the layer in a recipe.
LAYERS = {"s5": S5, "lru": Lru, "s4d": S4d, "mingru": MinGru, "minlstm": MinLstm}

"""Loads what `./build bench onnx --to FOLDER` exported into PyTorch's modules by name: load_export.py FOLDER

Every NAME.safetensors there must fit its module with strict=True, and the module must give the logits that Scanline gave,
within 1e-5, or 1e-4 of the logit where that is more. NAME.answers has what the model was fed and what came of it. Exit
status 1 if a recipe fails.
"""

import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

import networks

SETTINGS = {"layout": "batch", "head": "output", "attention": "plain", "memory": "contiguous"}


class Recurrent(networks.Recurrent):
    """Also with learned first states."""

    def __init__(self, case, settings):
        super().__init__(case, {**settings, "head": "state"})
        self.learned = case["learnedState"]
        stack = getattr(self, self.cell)
        if self.learned:
            for state in "hc" if self.cell == "lstm" else "h":
                for name in names(stack):
                    stack.register_parameter(f"{state}0_{name}", nn.Parameter(torch.empty(case["hidden"])))

    def forward(self, x):
        if not self.learned:
            return super().forward(x)
        stack = getattr(self, self.cell)
        first = [torch.stack([getattr(stack, f"{state}0_{name}").expand(len(x), -1) for name in names(stack)])
                 for state in ("hc" if self.cell == "lstm" else "h")]
        _, last = stack(x, tuple(first) if self.cell == "lstm" else first[0])
        last = last[0] if self.cell == "lstm" else last
        y = last[-1] if self.directions == 1 else torch.cat((last[-2], last[-1]), 1)
        return self.fc(torch.relu(y) if self.relu else y)


def names(stack):
    directions = ("", "_reverse") if stack.bidirectional else ("",)
    return [f"l{layer}{direction}" for layer in range(stack.num_layers) for direction in directions]


class CnnRnn(nn.Module):
    """The CNN-RNN of Wang et al. 2016, as CnnRnnModel.java has it."""

    def __init__(self, case, settings):
        super().__init__()
        sizes = dict(case["parameters"])
        words, width = sizes["embedding.weight"]
        features = {name.removeprefix("cnn."): shape for name, shape in sizes.items() if name.startswith("cnn.")}
        hidden = features["fc1.weight"][0]
        self.cnn = networks.Cnn({"parameters": {**features, "fc2.weight": (1, hidden)}, "dropout": 0.0}, settings)
        self.cnn.fc2 = nn.Identity()  # what it would read is what the image is
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, case["hidden"], batch_first=True)
        self.label_projection = nn.Linear(case["hidden"], width)
        self.image_projection = nn.Linear(hidden, width)

    def forward(self, x, given):
        image = self.image_projection(self.cnn(x.unsqueeze(1)))
        y = torch.relu(self.label_projection(self.lstm(self.embedding(given))[0]) + image[:, None])
        return y @ self.embedding.weight[:-1].t()


def value(text):
    text = text.strip().strip("\"'")
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def recipe_of(file):
    with safe_open(file, "pt") as content:
        lines = content.metadata()["recipe"].splitlines()
    return {key: value(text) for key, text in (line.split(": ", 1) for line in lines if ": " in line)}


def case_of(recipe, weights, answers, classes):
    case = {key.removeprefix("model."): each for key, each in recipe.items() if key.startswith("model.")}
    case |= {key: str(case[key]).upper() for key in ("cell", "pooling") if key in case}
    steps, batch, features = answers["x"].shape
    return case | {"shape": [1, steps, batch, features], "classes": classes,
                   "parameters": [(name, tuple(each.shape)) for name, each in weights.items()]}


def difference(file):
    """The largest one, the largest that is beyond what is allowed, and how many weights were loaded."""
    recipe, weights = recipe_of(file), load_file(file)
    with safe_open(file.with_suffix(".answers"), "pt") as content:
        classes = int(content.metadata()["classes"])
    answers = load_file(file.with_suffix(".answers"))
    kinds = {**networks.KINDS, "recurrent": Recurrent, "cnnrnn": CnnRnn}
    model = kinds[recipe["model"]](case_of(recipe, weights, answers, classes), SETTINGS)
    model.load_state_dict(weights, strict=True)
    model.eval()
    x = answers["x"].transpose(0, 1).contiguous()
    with torch.inference_mode():
        if answers["words"].numel():
            logits = model(x, answers["words"].long()).transpose(0, 1)
        else:
            logits = model(x.unsqueeze(1) if recipe["model"] == "cnn" else x)[None]
    if recipe["head.softmax"]:
        logits = torch.softmax(logits, -1)
    apart = (logits - answers["logits"]).abs()
    allowed = torch.clamp(1e-4 * answers["logits"].abs(), min=1e-5)
    return apart.max().item(), bool((apart <= allowed).all()), sum(each.numel() for each in weights.values())


def main(folder):
    print("| recipe | numbers loaded | largest difference | |\n|---|---|---|---|")
    passed = True
    for file in sorted(Path(folder).glob("*.safetensors")):
        apart, near, count = difference(file)
        passed &= near
        print(f"| {file.stem} | {count:,} | {apart:.1e} | {'pass' if near else '**FAIL**'} |", flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

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

import networks

SETTINGS = {"layout": "batch", "head": "output", "attention": "plain", "memory": "contiguous"}


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
    model = networks.KINDS[recipe["model"]](case_of(recipe, weights, answers, classes), SETTINGS)
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

"""The PyTorch side of `./build bench compare` and `./build bench growth`: peer.py FOLDER plain|flush

FOLDER holds a case, as PeerFolder.java writes it. The program says "ready VERSION", then answers each line

    measure ITERATIONS KEY=VALUE ...

with "measure VALUE MILLISECONDS ...": from the first weights on, one iteration that is not counted and so many that are.
VALUE is the loss of the first training step, or the first logit: where nothing is trained, and where dropout makes the loss
a matter of chance. The settings change how PyTorch computes, not what: those of the network, which networks.py describes, and

    threads=N
    onednn=on|off           whether the layers may use oneDNN; on if nothing is said
    optimizer=loop|foreach|fused

The line "script KEY=VALUE ..." makes it write the network with these settings as TorchScript to FOLDER/model.pt, the first
batch as the network reads it to model.values, as float32, and its shape to model.shape. The answer is "script SIZE ...".

The line "memory" is answered with "memory BYTES": how much the peak of the resident memory grew since the first iteration.
"""

import json
import resource
import sys
import time
from pathlib import Path

try:
    import torch
except ImportError:
    print(f"error {sys.executable} has no PyTorch: run `python3 -m venv V && V/bin/pip install torch`, then give "
          "--python V/bin/python", flush=True)
    sys.exit(1)


import networks


def peak():
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else 1024 * size


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.peak_before = None
        self.case = json.loads((folder / "case.json").read_text())
        self.values = read(folder / "values", torch.float32).view(self.case["shape"])
        labels = read(folder / "labels", torch.int64).view(len(self.values), self.case["shape"][2], -1)
        self.labels = labels.squeeze(-1)  # [N, B], or [N, B, L] where an answer may have several
        self.weights = {}
        flat = read(folder / "weights", torch.float32)
        for name, shape in self.case["parameters"]:
            count = torch.Size(shape).numel()
            self.weights[name], flat = flat[:count].view(shape), flat[count:]

    def network(self, settings):
        """The network with the first weights, and its batches."""
        torch.set_num_threads(int(settings["threads"]))
        torch.backends.mkldnn.enabled = settings.get("onednn", "on") == "on"
        model = networks.KINDS[self.case["model"]](self.case, settings)
        model.load_state_dict({**dict(model.named_buffers()), **self.weights})
        return model, model.read(self.values)

    def measure(self, iterations, settings):
        model, values = self.network(settings)
        trains = self.case["work"].startswith("TRAIN")
        step = self.training(model, settings["optimizer"]) if trains else self.inference(model)
        if self.peak_before is None:
            self.peak_before = peak()
        logit = None
        if trains and self.case.get("dropout"):
            logit = self.inference(model)(values[0], self.labels[0])
            model.train()
        first = step(values[0], self.labels[0])
        milliseconds = []
        for i in range(1, iterations + 1):
            x, y = values[i % len(values)], self.labels[i % len(values)]
            start = time.perf_counter_ns()
            step(x, y)
            milliseconds.append((time.perf_counter_ns() - start) / 1e6)
        return [first if logit is None else logit] + milliseconds

    def losses(self, count, settings):
        model, values = self.network(settings)
        if settings["precision"] == "double":
            model, values = model.double(), [batch.double() for batch in values]
        step = self.training(model, settings["optimizer"])
        losses = []
        for i in range(count):
            losses.append(step(values[i], self.labels[i], self.case["rates"][i]))
        return losses

    def script(self, settings):
        model, values = self.network(settings)
        x = values[0]
        with torch.no_grad():
            torch.jit.save(torch.jit.freeze(torch.jit.trace(model.eval(), x)), self.folder / "model.pt")
        (self.folder / "model.values").write_bytes(x.contiguous().numpy().tobytes())
        (self.folder / "model.shape").write_text(" ".join(str(size) for size in x.shape))
        return x.shape

    def training(self, model, variant):
        kind, arguments = self.case["optimizer"]
        if variant != "loop":
            arguments = {**arguments, variant: True}
        optimizer = getattr(torch.optim, kind)(model.parameters(), **arguments)
        clip, *bound = self.case["clip"] or [None]
        smoothing = self.case["smoothing"]

        def step(x, y, rate=None):
            if rate is not None:
                for group in optimizer.param_groups:
                    group["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
            logits, targets = networks.learned(model, x, y)
            loss = networks.loss(logits, targets, smoothing)
            loss.backward()
            if clip:
                getattr(torch.nn.utils, clip)(model.parameters(), *bound)
            optimizer.step()
            return loss.item()

        return step

    @staticmethod
    def inference(model):
        model.eval()

        @torch.inference_mode()
        def step(x, y):
            return networks.learned(model, x, y)[0][0, 0].item()

        return step


def read(file, dtype):
    return torch.from_file(str(file), size=file.stat().st_size // dtype.itemsize, dtype=dtype).clone()


def main(folder, mode):
    if mode == "flush":
        torch.set_flush_denormal(True)  # threads inherit this from the one that starts them
    case = Case(Path(folder))
    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        question, *words = line.split()
        settings = dict(word.split("=") for word in words if "=" in word)
        if question == "memory":
            numbers = [peak() - case.peak_before]
        elif question == "script":
            numbers = case.script(settings)
        else:
            numbers = (case.losses if question == "losses" else case.measure)(int(words[0]), settings)
        print(question, *numbers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

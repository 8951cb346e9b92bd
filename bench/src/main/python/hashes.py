"""PyTorch's side of `./build bench hashes`: hashes.py FOLDER THREADS,THREADS,... KEY=VALUE ...

Trains on the batches of FOLDER, which PeerFolder.java writes, once with each number of threads, and prints PyTorch's
version, its instruction set, and the SHA-256 of each of the weights it comes to. The settings are those of networks.py.
PyTorch is asked for deterministic algorithms, and chance has the same seed each time. Which instructions it may use is told
by the environment, before it starts: ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA, MKL_ENABLE_INSTRUCTIONS.
"""

import hashlib
import sys
from pathlib import Path

from peer import Case, torch


def trained(case, threads, settings):
    torch.manual_seed(1)
    model, values = case.network({**settings, "threads": threads})
    model.train()
    step = case.training(model, "loop")
    for x, y, rate in zip(values, case.labels, case.case["rates"]):
        step(x, y, rate)
    digest = hashlib.sha256()
    for parameter in model.parameters():
        digest.update(parameter.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()


def main(folder, threads, *words):
    torch.use_deterministic_algorithms(True)
    case = Case(Path(folder))
    settings = dict(word.split("=") for word in words)
    hashes = [trained(case, n, settings) for n in threads.split(",")]
    print(torch.__version__, torch.backends.cpu.get_cpu_capability().replace(" ", "-"), *hashes)


main(*sys.argv[1:])

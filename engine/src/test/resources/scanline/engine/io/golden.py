"""Writes golden.safetensors, which SafeTensorsTest reads and must write again to the byte.

Needs torch and safetensors (2.13.0 and 0.8.0 wrote the file that is here):  python golden.py golden.safetensors
"""

import sys

import torch
from safetensors.torch import save_file

special = torch.tensor([0.0, -0.0, float("inf"), float("-inf"), 1e-45, 3.4028235e38, 0.1], dtype=torch.float32)
save_file(
    {
        "lstm.weight_ih_l0": torch.arange(6, dtype=torch.float32).reshape(2, 3) - 2.5,
        "scalar": torch.tensor(1.5),
        "empty": torch.zeros(0, 4),
        "special": special,
        'escaped "\\\n\x01 ü': torch.ones(1, 1, 2),
    },
    sys.argv[1],
    metadata={"note": "tab\t, quote \", slash /, snow ☃, clef 𝄞"},
)

"""Trains the model whose weights the example FineTune starts from, with PyTorch 2.13, and writes rows.safetensors.

Usage: python train.py FOLDER, where FOLDER has MNIST's files train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz.
"""
import gzip
import pathlib
import sys

import numpy
import safetensors.torch
import torch

folder = pathlib.Path(sys.argv[1])
images = gzip.open(folder / "train-images-idx3-ubyte.gz").read()[16:]
labels = gzip.open(folder / "train-labels-idx1-ubyte.gz").read()[8:]
x = torch.from_numpy(numpy.frombuffer(images, numpy.uint8).reshape(-1, 28, 28).astype(numpy.float32) / 255)
y = torch.from_numpy(numpy.frombuffer(labels, numpy.uint8).astype(numpy.int64))

torch.manual_seed(1)


class Rows(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(28, 32, batch_first=True)
        self.classifier = torch.nn.Linear(32, 10)

    def forward(self, x):
        return self.classifier(self.rnn(x)[0][:, -1])


model = Rows()
adam = torch.optim.Adam(model.parameters(), 0.003)
for batch in torch.randperm(len(x)).split(100):
    adam.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
    loss.backward()
    adam.step()
print("loss of the last step", loss.item())
safetensors.torch.save_file(model.state_dict(), pathlib.Path(__file__).with_name("rows.safetensors"))

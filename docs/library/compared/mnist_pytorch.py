import torch
from torch import nn
from torchvision import datasets, transforms

torch.manual_seed(1)
digits = datasets.MNIST("data", download=True, transform=transforms.ToTensor())
loader = torch.utils.data.DataLoader(digits, batch_size=100, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
adam = torch.optim.Adam(model.parameters())
for step, (x, labels) in enumerate(loader, 1):
    loss = nn.functional.cross_entropy(model(x), labels)
    adam.zero_grad()
    loss.backward()
    adam.step()
    if step % 100 == 0:
        print(f"step {step}, loss {loss.item()}")

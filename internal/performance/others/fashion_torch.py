"""784-128-10 on Fashion-MNIST in PyTorch: ten epochs of Adam, with the data in
tensors, which is faster than a DataLoader."""
import json
import sys

import torch
from torch import nn

import fashion

torch.manual_seed(1)
X, y, X_test, y_test = map(torch.from_numpy, fashion.read(sys.argv[1]))
net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
for epoch in range(10):
    for batch in torch.randperm(len(X)).split(128):
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(X[batch]), y[batch]).backward()
        optimizer.step()
torch.save(net.state_dict(), sys.argv[2] + "/torch.pt")
with torch.no_grad():
    accuracy = (net(X_test).argmax(dim=1) == y_test).float().mean().item()
print(json.dumps({"test_accuracy": accuracy}))

"""Training steps in PyTorch, the usual way: modules, autograd, torch.optim.SGD."""
import sys

import peer

try:
    import torch
except ImportError as error:
    peer.missing(error)
import torch.nn.functional as F
from torch import nn

work = peer.Work(sys.argv[1])
one = work.layers[-1] == 1
activation = work.choose({
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "softplus": nn.Softplus,
    "gelu": lambda: nn.GELU(approximate="tanh"),
    "softmax": lambda: nn.Softmax(dim=1),
})

torch.set_default_dtype(torch.float32 if work.dtype == "float32" else torch.float64)
X, Y = torch.from_numpy(work.X), torch.from_numpy(work.Y)
labels = Y.argmax(dim=1)
modules = []
for n_in, n_out in zip(work.layers, work.layers[1:]):
    modules += [nn.Linear(n_in, n_out), activation()]
net = nn.Sequential(*modules[:-1])
optimizer = torch.optim.SGD(net.parameters(), lr=work.rate)


def step():
    optimizer.zero_grad(set_to_none=True)
    z = net(X)
    loss = F.binary_cross_entropy_with_logits(z, Y) if one else F.cross_entropy(z, labels)
    loss.backward()
    optimizer.step()
    return loss


def reset():
    linear = [module for module in net if isinstance(module, nn.Linear)]
    with torch.no_grad():
        for module, w, b in zip(linear, work.W, work.b):
            module.weight.copy_(torch.from_numpy(w.T))
            module.bias.copy_(torch.from_numpy(b))


peer.hello("torch", torch.__version__, can_set_threads=True)
peer.serve_steps(reset, step, torch.set_num_threads)

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


def use(n_openmp, n_blas):
    torch.set_num_threads(n_openmp)
    if peer.threadpoolctl:
        peer.threadpoolctl.threadpool_limits(n_blas, "blas")


def time_with(ways):
    use(*ways)
    once = peer.timed(step, 2)
    return min(peer.timed(step, 1 + int(0.02 / once)) for _ in range(3))


better = {}  # the better way to use n threads, by n


def set_threads(n):
    """Sets the threads. OpenMP and the BLAS library have their own, and where both
    have several they are in each other's way. So n threads are either those of
    both, or those of BLAS beside one of OpenMP, whichever is faster here."""
    if n not in better:
        better[n] = min({(n, n), (1, n)}, key=time_with)
    use(*better[n])


# MKL's threads are OpenMP's; those of another BLAS only threadpoolctl can set.
peer.hello("torch", torch.__version__, bool(peer.threadpoolctl) or torch.backends.mkl.is_available())
peer.serve_steps(reset, step, set_threads)

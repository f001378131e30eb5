"""Training steps in numpy, the backward pass by hand: no array is made anew but
small ones, everything else goes into arrays that are there (out=)."""
import sys

import peer
import numpy as np

work = peer.Work(sys.argv[1])
m, last = work.batch, len(work.W)
Y, X = work.Y, work.X
rate = work.dtype.type(work.rate)
labels = np.argmax(Y, axis=1)
examples = np.arange(m)

W = [w.copy() for w in work.W]
b = [v.copy() for v in work.b]
dW = [np.empty_like(w) for w in W]
db = [np.empty_like(v) for v in b]
A = [X] + [np.empty((m, n), work.dtype) for n in work.layers[1:]]  # z, then a in its place
dZ = [None] + [np.empty_like(a) for a in A[1:]]
G = [None] + [np.empty_like(a) for a in A[1:]]  # g′(z)


def identity(a):
    pass


def identity_prime(dz, a, g):
    pass


def sigmoid(a):
    np.negative(a, out=a)
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)


def sigmoid_prime(dz, a, g):
    np.subtract(1, a, out=g)
    g *= a
    dz *= g


def tanh(a):
    np.tanh(a, out=a)


def tanh_prime(dz, a, g):
    np.multiply(a, a, out=g)
    np.subtract(1, g, out=g)
    dz *= g


def relu(a):
    np.maximum(a, 0, out=a)


def relu_prime(dz, a, g):
    np.sign(a, out=g)  # a ≥ 0
    dz *= g


g, g_prime = work.choose({
    "identity": (identity, identity_prime),
    "sigmoid": (sigmoid, sigmoid_prime),
    "tanh": (tanh, tanh_prime),
    "relu": (relu, relu_prime),
})


def softmax_loss(z, dz):
    """Returns the cross-entropy of softmax(z), and sets dz."""
    np.subtract(z, z.max(axis=1, keepdims=True), out=z)
    right = z[examples, labels]
    np.exp(z, out=dz)
    total = dz.sum(axis=1, keepdims=True)
    dz /= total
    dz -= Y
    dz *= work.dtype.type(1 / m)
    return np.mean(np.log(total[:, 0]) - right)


def sigmoid_loss(z, dz):
    """Returns the binary cross-entropy of σ(z), and sets dz."""
    loss = np.mean(np.maximum(z, 0) - z * Y + np.log1p(np.exp(-np.abs(z))))
    np.copyto(dz, z)
    sigmoid(dz)
    dz -= Y
    dz *= work.dtype.type(1 / m)
    return loss


loss_of = sigmoid_loss if work.layers[-1] == 1 else softmax_loss


def step():
    for l in range(last):
        a = A[l + 1]
        np.dot(A[l], W[l], out=a)
        a += b[l]
        if l < last - 1:
            g(a)
    loss = loss_of(A[last], dZ[last])
    for l in range(last - 1, -1, -1):
        dz = dZ[l + 1]
        if l < last - 1:
            g_prime(dz, A[l + 1], G[l + 1])
        np.dot(A[l].T, dz, out=dW[l])
        np.sum(dz, axis=0, out=db[l])
        if l > 0:
            np.dot(dz, W[l].T, out=dZ[l])
    for p, dp in zip(W, dW):
        dp *= rate
        p -= dp
    for p, dp in zip(b, db):
        dp *= rate
        p -= dp
    return loss


def reset():
    for p, start in zip(W + b, work.W + work.b):
        np.copyto(p, start)


peer.hello("numpy", np.__version__)
peer.serve_steps(reset, step, peer.blas_threads)

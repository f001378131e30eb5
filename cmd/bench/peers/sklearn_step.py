"""Training steps in scikit-learn: what MLPClassifier.fit does for each batch, and
nothing of what it does around that (checks, shuffling). These are methods that
scikit-learn keeps to itself; where they have gone, it is missing here."""
import sys
import warnings

import peer
import numpy as np

try:
    import sklearn
    from sklearn.neural_network import MLPClassifier
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer
except ImportError as error:
    peer.missing(error)
warnings.simplefilter("ignore")

work = peer.Work(sys.argv[1])
net = MLPClassifier(
    work.layers[1:-1], alpha=0, batch_size=work.batch, solver="sgd", learning_rate_init=work.rate, momentum=0,
    activation=work.choose({"identity": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}),
)
net.n_layers_, net.n_outputs_ = len(work.layers), work.layers[-1]
net.out_activation_ = "logistic" if net.n_outputs_ == 1 else "softmax"
net.coefs_ = [w.copy() for w in work.W]
net.intercepts_ = [b.copy() for b in work.b]
parameters = net.coefs_ + net.intercepts_
net._optimizer = SGDOptimizer(parameters, work.rate, "constant", momentum=0, nesterov=False)

X, Y = work.X, work.Y
activations = [X] + [None] * (net.n_layers_ - 1)
deltas = [None] * (net.n_layers_ - 1)
coef_grads = [np.empty_like(w) for w in net.coefs_]
intercept_grads = [np.empty_like(b) for b in net.intercepts_]


def step():
    global coef_grads, intercept_grads
    loss, coef_grads, intercept_grads = net._backprop(X, Y, activations, deltas, coef_grads, intercept_grads)
    net._optimizer.update_params(parameters, coef_grads + intercept_grads)
    return loss


def reset():
    for p, start in zip(parameters, work.W + work.b):
        np.copyto(p, start)


try:
    step()
except (AttributeError, TypeError) as error:
    peer.missing("scikit-learn %s works differently inside: %s" % (sklearn.__version__, error))
peer.hello("sklearn", sklearn.__version__)
peer.serve_steps(reset, step, peer.blas_threads)

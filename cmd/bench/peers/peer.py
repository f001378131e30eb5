"""What the peers share: they do a piece of work in rounds, each on request.

A peer prints a line that says who it is, as JSON. Then it reads requests, one a
line: a command and whole numbers. It answers each with a line of JSON.
"""
import json
import sys
import time


def missing(error):
    """Says that a module is not there, and ends."""
    print(json.dumps({"missing": str(error)}))
    sys.exit()


try:
    import numpy as np
except ImportError as error:
    missing(error)

try:
    import threadpoolctl
except ImportError:
    threadpoolctl = None


class Work:
    """A network, its first weights, and a batch, as bench wrote them to a folder.

    An example is a row here: the same bytes as a column there. So X is
    batch × features and W[l] is inputs × outputs, the transpose of the W of the
    equations.
    """

    def __init__(self, folder):
        with open(folder + "/work.json") as f:
            work = json.load(f)
        self.layers, self.batch = work["layers"], work["batch"]
        self.activation, self.rate = work["activation"], work["rate"]
        self.dtype = np.dtype(work["dtype"])
        numbers = np.fromfile(folder + "/numbers.bin", self.dtype.newbyteorder("<")).astype(self.dtype)

        def take(*shape):
            nonlocal numbers
            n = int(np.prod(shape))
            first, numbers = numbers[:n].reshape(shape).copy(), numbers[n:]
            return first

        self.X = take(self.batch, self.layers[0])
        self.Y = take(self.batch, self.layers[-1])  # one-hot, or a column of 0 and 1
        self.W, self.b = [], []
        for n_in, n_out in zip(self.layers, self.layers[1:]):
            self.W.append(take(n_in, n_out))
            self.b.append(take(n_out))

    def choose(self, activations):
        """Returns the hidden activation of a table, or ends."""
        if self.activation not in activations:
            missing("it has no " + self.activation)
        return activations[self.activation]


def blas_threads(n):
    """Sets the threads of the BLAS library, where that is possible."""
    threadpoolctl.threadpool_limits(n)


def hello(name, version, can_set_threads=threadpoolctl is not None):
    """Says who this is and which BLAS kernels it runs."""
    blas = []
    for pool in threadpoolctl.threadpool_info() if threadpoolctl else []:
        if pool["user_api"] == "blas":
            words = (pool["internal_api"], pool["version"], pool.get("architecture"))
            blas.append(" ".join(word for word in words if word))
    print(json.dumps({
        "name": name, "version": version, "blas": ", ".join(dict.fromkeys(blas)),
        "threads": bool(can_set_threads),
    }), flush=True)


def serve(commands):
    """Answers requests until there are no more."""
    for line in sys.stdin:
        command, *numbers = line.split()
        answer = commands[command](*map(int, numbers))
        print(json.dumps(answer), flush=True)


def timed(work, times):
    """Returns the seconds that it takes to do a piece of work so many times."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - start


def serve_steps(reset, step, set_threads):
    """Answers requests about training steps; step returns the loss."""

    def steps(times):
        reset()
        return timed(step, times)

    def losses(times):
        reset()
        return [float(step()) for _ in range(times)]

    serve({"threads": set_threads, "run": steps, "losses": losses})

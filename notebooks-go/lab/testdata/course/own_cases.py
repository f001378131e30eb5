"""Writes own-cases.json: cases for every function of the first two courses and of
the older course, with numpy's results as expected values.

    python3 own_cases.py            # own-cases.json anew
    python3 own_cases.py 20 FILE    # 20 random cases a function, into FILE

The functions are written here from their definitions alone (a column is an
example in c1 and c2, a row in ml), so that they share no mistake with the Go
code that is tested.
"""
import json
import sys

import numpy as np

rand = np.random.RandomState  # of the cases; np.random is that of the course


def sigma(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.maximum(z, 0)


def ce(a, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(y == 0, 0, y * np.log(a)) + np.where(y == 1, 0, (1 - y) * np.log(1 - a))
    return -terms.sum() / y.shape[1]


# --- deep networks, parameters p = {"W1": …, "b1": …, …}


def depth(p):
    return max(int(k[1:]) for k in p if k[0] == "W" and k[1:].isdigit())


def initial(dims, init, seed):
    np.random.seed(seed)
    p = {}
    for l in range(1, len(dims)):
        n, k = dims[l], dims[l - 1]
        factor = {"zeros": 0, "randn*0.01": 0.01, "randn*10": 10, "he": np.sqrt(2 / k), "randn/sqrt(fan_in)": 1 / np.sqrt(k)}[init]
        p[f"W{l}"] = np.random.randn(n, k) * factor if factor else np.zeros((n, k))
        p[f"b{l}"] = np.zeros((n, 1))
    return p


def forward(p, x, g=relu, masks=None, keep=1):
    c, a = {"A0": x}, x
    for l in range(1, depth(p) + 1):
        z = p[f"W{l}"] @ a + p[f"b{l}"]
        a = sigma(z) if l == depth(p) else g(z)
        if masks and l < depth(p):
            a = a * masks[l] / keep
        c[f"Z{l}"], c[f"A{l}"] = z, a
    return c


def backward(p, c, y, g=relu, lam=0, masks=None, keep=1):
    m, grads = y.shape[1], {}
    dz = c[f"A{depth(p)}"] - y
    for l in range(depth(p), 0, -1):
        a = c[f"A{l-1}"]
        grads[f"dW{l}"] = dz @ a.T / m + lam / m * p[f"W{l}"]
        grads[f"db{l}"] = dz.mean(axis=1, keepdims=True)
        da = p[f"W{l}"].T @ dz
        if masks and l > 1:
            da = da * masks[l - 1] / keep
        grads[f"dA{l-1}"] = da
        dz = da * ((a > 0) if g is relu else (1 - a**2))
    return grads


def sgd(p, grads, rate):
    for k in p:
        p[k] = p[k] - rate * grads["d" + k]


def weights_square(p):
    return sum((p[k] ** 2).sum() for k in p if k[0] == "W")


def train(p, x, y, g, rate, steps, lam=0, keep=1, dropout_seed=0):
    costs, masks = [], None
    for _ in range(steps):
        if keep < 1:
            np.random.seed(dropout_seed)
            masks = {l: np.random.rand(p[f"W{l}"].shape[0], x.shape[1]) < keep for l in range(1, depth(p))}
        c = forward(p, x, g, masks, keep)
        costs.append(ce(c[f"A{depth(p)}"], y) + lam / (2 * x.shape[1]) * weights_square(p))
        sgd(p, backward(p, c, y, g, lam, masks, keep), rate)
    return costs


def right(p, x, y, g=relu):
    return ((forward(p, x, g)[f"A{depth(p)}"] > 0.5) == (y > 0.5)).mean()


def randoms(r, dims, extra=()):
    p = {}
    for l in range(1, len(dims)):
        p[f"W{l}"], p[f"b{l}"] = r.randn(dims[l], dims[l - 1]), r.randn(dims[l], 1)
    return p


def like(r, p):
    return {"d" + k: r.randn(*v.shape) for k, v in p.items()}


def labels(r, *shape):
    return (r.rand(*shape) < 0.5).astype(float)


# --- the functions: each makes its inputs, and returns (arrays, scalars, outputs)

FUNCTIONS = {}


def case(name):
    def add(f):
        FUNCTIONS[name] = f
        return f
    return add


def sizes(r, n, low=1, high=6):
    return [int(v) for v in r.randint(low, high, n)]


@case("c1w2.sigmoid")
def _(r):
    z = r.randn(*sizes(r, r.randint(1, 4))) * 3
    return {"z": z}, {}, {"a": sigma(z)}


@case("c1w2.sigmoid_gradient")
def _(r):
    z = r.randn(*sizes(r, 2)) * 3
    return {"z": z}, {}, {"ds": sigma(z) * (1 - sigma(z))}


@case("c1w2.normalize_rows")
def _(r):
    x = r.randn(*sizes(r, 2))
    return {"x": x}, {}, {"y": x / np.linalg.norm(x, axis=1, keepdims=True)}


@case("c1w2.softmax_rows")
def _(r):
    x = r.randn(*sizes(r, 2)) * 5
    e = np.exp(x)
    return {"x": x}, {}, {"y": e / e.sum(axis=1, keepdims=True)}


@case("c1w2.l1_l2_loss")
def _(r):
    n = r.randint(1, 30)
    yhat, y = r.rand(n), labels(r, n)
    return {"yhat": yhat, "y": y}, {}, {"L1": np.abs(y - yhat).sum(), "L2": ((y - yhat) ** 2).sum()}


@case("c1w2.init_zeros")
def _(r):
    dim = int(r.randint(1, 9))
    return {}, {"dim": dim}, {"w": np.zeros((dim, 1)), "b": 0}


def unit(r):
    n, m = sizes(r, 2, 2)
    return r.randn(n, 1), r.randn(n, m), labels(r, 1, m), float(r.randn())


@case("c1w2.propagate")
def _(r):
    w, x, y, b = unit(r)
    a = sigma(w.T @ x + b)
    out = {"cost": ce(a, y), "dw": x @ (a - y).T / y.shape[1], "db": (a - y).mean()}
    return {"w": w, "X": x, "Y": y}, {"b": b}, out


@case("c1w2.optimize")
def _(r):
    w, x, y, b = unit(r)
    rate, steps = 0.1, int(r.randint(1, 40))
    arrays, scalars, costs = {"w": w, "X": x, "Y": y}, {"b": b}, []
    for _ in range(steps):
        a = sigma(w.T @ x + b)
        costs.append(ce(a, y))
        dw, db = x @ (a - y).T / y.shape[1], (a - y).mean()
        w, b = w - rate * dw, b - rate * db
    its = [int(i) for i in r.randint(0, steps, 3)]
    scalars.update(num_iterations=steps, learning_rate=rate, iterations=its)
    return arrays, scalars, {"w": w, "b": b, "dw": dw, "db": db, "costs": [costs[i] for i in its]}


@case("c1w2.predict")
def _(r):
    w, x, _, b = unit(r)
    return {"w": w, "X": x}, {"b": b}, {"yhat": sigma(w.T @ x + b) > 0.5}


def two_sets(r, n):
    x, xt = r.randn(n, 30), r.randn(n, 20)
    direction = r.randn(1, n)
    return {"X_train": x, "Y_train": (direction @ x + 0.5 * r.randn(1, 30) > 0) * 1.0,
            "X_test": xt, "Y_test": (direction @ xt > 0) * 1.0}


@case("c1w2.model")
def _(r):
    d = two_sets(r, int(r.randint(2, 8)))
    rates, its, steps = [0.1, 0.02], [0, 49, 7], 50
    costs, tr, te = [], [], []
    for rate in rates:
        p = {"W1": np.zeros((1, d["X_train"].shape[0])), "b1": np.zeros((1, 1))}
        c = train(p, d["X_train"], d["Y_train"], relu, rate, steps)
        costs.append([c[i] for i in its])
        tr.append(100 * right(p, d["X_train"], d["Y_train"]))
        te.append(100 * right(p, d["X_test"], d["Y_test"]))
    out = {"costs": costs, "train_accuracy_percent": tr, "test_accuracy_percent": te}
    return d, {"num_iterations": steps, "learning_rates": rates, "iterations": its}, out


@case("c1w3.layer_sizes")
def _(r):
    n, h, k, m = sizes(r, 4)
    return {"X": r.randn(n, m), "Y": r.randn(k, m)}, {"n_h": h}, {"sizes": [n, h, k]}


INITS = ["zeros", "randn*0.01", "randn*10", "he", "randn/sqrt(fan_in)"]


def initialize(r):
    dims = sizes(r, r.randint(3, 6))
    s = {"layer_dims": dims, "init": INITS[r.randint(5)], "init_seed": int(r.randint(100))}
    return {}, s, initial(dims, s["init"], s["init_seed"])


FUNCTIONS["c1w3.initialize"] = FUNCTIONS["c1w4.initialize"] = FUNCTIONS["c2w1.initialize"] = initialize


@case("c1w3.forward")
def _(r):
    n, h, k, m = sizes(r, 4)
    p, x = randoms(r, [n, h, k]), r.randn(n, m)
    c = forward(p, x, np.tanh)
    del c["A0"]
    return {"X": x, **p}, {}, c


def cost(a):
    def f(r):
        k, m = 1, int(r.randint(1, 30))
        out = r.rand(k, m)
        y = labels(r, k, m) if r.rand() < 0.7 else r.randn(k, m)
        return {a: out, "Y": y}, {}, {"cost": ce(out, y)}
    return f


FUNCTIONS["c1w3.cost"], FUNCTIONS["c1w4.cost"] = cost("A2"), cost("AL")


@case("c1w3.backward")
def _(r):
    n, h, k, m = sizes(r, 4)
    p, x, y = randoms(r, [n, h, k]), r.randn(n, m), labels(r, k, m)
    c = {"A0": x, "A1": np.tanh(r.randn(h, m)), "A2": r.rand(k, m)}
    g = backward(p, c, y, np.tanh)
    out = {k: g[k] for k in ("dW1", "db1", "dW2", "db2")}
    return {"X": x, "Y": y, "W1": p["W1"], "W2": p["W2"], "A1": c["A1"], "A2": c["A2"]}, {}, out


def update(r):
    p = randoms(r, sizes(r, 3))
    g, rate = like(r, p), float(r.rand())
    return {**p, **g}, {"learning_rate": rate}, {k: p[k] - rate * g["d" + k] for k in p}


FUNCTIONS["c1w3.update"] = FUNCTIONS["c1w4.update"] = FUNCTIONS["c2w2.gd_update"] = update


@case("c1w3.predict")
def _(r):
    n, h, m = sizes(r, 3)
    p, x = randoms(r, [n, h, 1]), r.randn(n, m)
    return {"X": x, **p}, {}, {"yhat": forward(p, x, np.tanh)["A2"] > 0.5}


@case("c1w3.nn_model")
def _(r):
    n, h, k, m = sizes(r, 4, 2)
    x, y = r.randn(n, m), labels(r, k, m)
    s = {"n_h": h, "init": "randn*0.01", "init_seed": 3, "learning_rate": 0.7, "num_iterations": 60, "iterations": [59, 0, 30]}
    p = initial([n, h, k], s["init"], s["init_seed"])
    costs = train(p, x, y, np.tanh, s["learning_rate"], s["num_iterations"])
    return {"X": x, "Y": y}, s, {"costs": [costs[i] for i in s["iterations"]], **p}


@case("c1w3.flower_model")
def _(r):
    n, m = 2, 40
    x = r.randn(n, m)
    y = (x[:1] * x[1:] > 0) * 1.0
    s = {"hidden": [2, 5], "init": "randn/sqrt(fan_in)", "init_seed": 4, "learning_rate": 0.5, "num_iterations": 80, "iterations": [0, 79]}
    costs, acc = [], []
    for h in s["hidden"]:
        p = initial([n, h, 1], s["init"], s["init_seed"])
        c = train(p, x, y, np.tanh, s["learning_rate"], s["num_iterations"])
        costs.append([c[i] for i in s["iterations"]])
        acc.append(100 * right(p, x, y, np.tanh))
    return {"X": x, "Y": y}, s, {"costs": costs, "train_accuracy_percent": acc}


@case("c1w4.linear_forward")
def _(r):
    n, k, m = sizes(r, 3)
    a, w, b = r.randn(n, m), r.randn(k, n), r.randn(k, 1)
    return {"A": a, "W": w, "b": b}, {}, {"Z": w @ a + b}


@case("c1w4.linear_activation_forward")
def _(r):
    n, k, m = sizes(r, 3)
    a, w, b = r.randn(n, m), r.randn(k, n), r.randn(k, 1)
    z = w @ a + b
    return {"A_prev": a, "W": w, "b": b}, {}, {"A_sigmoid": sigma(z), "A_relu": relu(z)}


@case("c1w4.L_model_forward")
def _(r):
    dims = sizes(r, r.randint(2, 6))
    p, x = randoms(r, dims), r.randn(dims[0], r.randint(1, 6))
    return {"X": x, **p}, {}, {"AL": forward(p, x)[f"A{depth(p)}"]}


def linear_backward(dz, a, w):
    m = dz.shape[1]
    return w.T @ dz, dz @ a.T / m, dz.mean(axis=1, keepdims=True)


@case("c1w4.linear_backward")
def _(r):
    n, k, m = sizes(r, 3)
    dz, a, w, b = r.randn(k, m), r.randn(n, m), r.randn(k, n), r.randn(k, 1)
    return {"dZ": dz, "A_prev": a, "W": w, "b": b}, {}, dict(zip(("dA_prev", "dW", "db"), linear_backward(dz, a, w)))


def sigma_backward(da, z):
    return da * sigma(z) * (1 - sigma(z))


@case("c1w4.linear_activation_backward")
def _(r):
    n, k, m = sizes(r, 3)
    da, z, a, w, b = r.randn(k, m), r.randn(k, m), r.randn(n, m), r.randn(k, n), r.randn(k, 1)
    out = dict(zip(("dA_prev_sigmoid", "dW_sigmoid", "db_sigmoid"), linear_backward(sigma_backward(da, z), a, w)))
    out.update(zip(("dA_prev_relu", "dW_relu", "db_relu"), linear_backward(da * (z > 0), a, w)))
    return {"dA": da, "Z": z, "A_prev": a, "W": w, "b": b}, {}, out


@case("c1w4.L_model_backward")
def _(r):
    dims = sizes(r, r.randint(2, 5)) + [1]
    L, m = len(dims) - 1, r.randint(1, 6)
    arrays, out = {"AL": r.randn(1, m), "Y": labels(r, 1, m)}, {}
    for l in range(1, L + 1):
        arrays[f"A{l-1}"], arrays[f"W{l}"] = r.randn(dims[l - 1], m), r.randn(dims[l], dims[l - 1])
        arrays[f"b{l}"], arrays[f"Z{l}"] = r.randn(dims[l], 1), r.randn(dims[l], m)
    y, al = arrays["Y"], arrays["AL"]
    da = -(y / al - (1 - y) / (1 - al))
    for l in range(L, 0, -1):
        z = arrays[f"Z{l}"]
        dz = sigma_backward(da, z) if l == L else da * (z > 0)
        da, out[f"dW{l}"], out[f"db{l}"] = linear_backward(dz, arrays[f"A{l-1}"], arrays[f"W{l}"])
        out[f"dA{l-1}"] = da
    return arrays, {}, out


def deep_model(r):
    d = two_sets(r, int(r.randint(2, 6)))
    s = {"layer_dims": [d["X_train"].shape[0]] + sizes(r, r.randint(1, 3), 3, 8) + [1], "init": ["he", "randn/sqrt(fan_in)"][r.randint(2)],
         "init_seed": int(r.randint(50)), "learning_rate": 0.05, "num_iterations": 40, "iterations": [0, 39, 12]}
    extra = {}
    if r.rand() < 0.7:
        extra = {"lambda": [0, 0.7][r.randint(2)], "keep_prob": [1, 0.8][r.randint(2)], "dropout_seed": int(r.randint(9))}
    p = initial(s["layer_dims"], s["init"], s["init_seed"])
    costs = train(p, d["X_train"], d["Y_train"], relu, 0.05, 40, extra.get("lambda", 0), extra.get("keep_prob", 1), extra.get("dropout_seed"))
    out = {"costs": [costs[i] for i in s["iterations"]], "train_accuracy": right(p, d["X_train"], d["Y_train"]),
           "test_accuracy": right(p, d["X_test"], d["Y_test"])}
    return d, {**s, **extra}, out


FUNCTIONS["c1w4.model"] = FUNCTIONS["c2w1.model"] = deep_model


@case("c2w1.l2_cost")
def _(r):
    dims = sizes(r, 3) + [1]
    p, m, lam = randoms(r, dims), r.randint(1, 9), float(r.rand())
    a, y = r.rand(1, m), labels(r, 1, m)
    return {"A3": a, "Y": y, **p}, {"lambda": lam}, {"cost": ce(a, y) + lam / (2 * m) * weights_square(p)}


@case("c2w1.l2_backward")
def _(r):
    dims = sizes(r, 3) + [1]
    p, m, lam = randoms(r, dims), r.randint(1, 9), float(r.rand())
    x, y = r.randn(dims[0], m), labels(r, 1, m)
    c = {"A0": x, "A1": relu(r.randn(dims[1], m)), "A2": relu(r.randn(dims[2], m)), "A3": r.rand(1, m)}
    g = backward(p, c, y, relu, lam)
    arrays = {"X": x, "Y": y, "A1": c["A1"], "A2": c["A2"], "A3": c["A3"], "W1": p["W1"], "W2": p["W2"], "W3": p["W3"]}
    return arrays, {"lambda": lam}, {k: v for k, v in g.items() if k[1] != "A"}


@case("c2w1.dropout_forward")
def _(r):
    dims = sizes(r, 3) + [1]
    p, m, keep = randoms(r, dims), r.randint(1, 9), 0.7
    x, masks = r.randn(dims[0], m), {l: labels(r, dims[l], m) for l in (1, 2)}
    a = forward(p, x, relu, masks, keep)["A3"]
    return {"X": x, **p, "D1": masks[1], "D2": masks[2]}, {"keep_prob": keep}, {"A3": a}


@case("c2w1.dropout_backward")
def _(r):
    dims = sizes(r, 3) + [1]
    p, m, keep = randoms(r, dims), r.randint(1, 9), float(0.5 + r.rand() / 2)
    c = {"A0": r.randn(dims[0], m), "A1": relu(r.randn(dims[1], m)), "A2": relu(r.randn(dims[2], m)), "A3": r.rand(1, m)}
    y, masks = labels(r, 1, m), {l: labels(r, dims[l], m) for l in (1, 2)}
    g = backward(p, c, y, relu, 0, masks, keep)
    arrays = {"X": c["A0"], "Y": y, "A1": c["A1"], "A2": c["A2"], "A3": c["A3"], "D1": masks[1], "D2": masks[2], "W2": p["W2"], "W3": p["W3"]}
    return arrays, {"keep_prob": keep}, {"dA1": g["dA1"], "dA2": g["dA2"]}


@case("c2w1.gradcheck_1d_forward")
def _(r):
    x, theta = float(r.randn()), float(r.randn())
    return {}, {"x": x, "theta": theta}, {"J": theta * x, "dtheta": x}


@case("c2w1.gradcheck_1d")
def _(r):
    x, theta, e = float(r.randn()), float(r.randn()), 1e-7
    ga = ((theta + e) * x - (theta - e) * x) / (2 * e)
    return {}, {"x": x, "theta": theta, "epsilon": e}, {"difference": abs(x - ga) / (abs(x) + abs(ga))}


@case("c2w1.gradcheck_nd")
def _(r):
    dims, m, e = sizes(r, 3) + [1], r.randint(1, 5), 1e-6
    p, x, y = randoms(r, dims), 0.3 * r.randn(dims[0], m), labels(r, 1, m)
    factors = {"factor_dW2": int(r.randint(1, 3)), "factor_db1": int(r.randint(2, 5))}
    g = backward(p, forward(p, x), y)
    g["dW2"], g["db1"] = factors["factor_dW2"] * g["dW2"], factors["factor_db1"] * g["db1"]
    names = [f"{k}{l}" for l in (1, 2, 3) for k in "Wb"]
    ga = []
    for k in names:
        for i in range(p[k].size):
            j = []
            for s in (e, -e):
                q = {n: v.copy() for n, v in p.items()}
                q[k].flat[i] += s
                j.append(ce(forward(q, x)["A3"], y))
            ga.append((j[0] - j[1]) / (2 * e))
    g, ga = np.concatenate([g["d" + k].ravel() for k in names]), np.array(ga)
    return {"X": x, "Y": y, **p}, {"epsilon": e, **factors}, {"difference": np.linalg.norm(g - ga) / (np.linalg.norm(g) + np.linalg.norm(ga))}


@case("c2w2.minibatches")
def _(r):
    n, m, size = int(r.randint(1, 5)), int(r.randint(5, 40)), int(r.randint(2, 9))
    s = {"n_x": n, "m": m, "mini_batch_size": size, "seed": int(r.randint(99)), "X_formula": ["randn", "i + n_x*j"][r.randint(2)], "X_seed": 5}
    np.random.seed(5)
    x = np.random.randn(n, m) if s["X_formula"] == "randn" else np.arange(n * m).reshape(m, n).T
    np.random.seed(s["seed"])
    perm = np.random.permutation(m)
    batches = [x[:, perm[i:i + size]] for i in range(0, m, size)]
    return {}, s, {"sizes": [b.shape[1] for b in batches], **{f"X{k+1}": b for k, b in enumerate(batches)}}


@case("c2w2.momentum")
def _(r):
    p = randoms(r, sizes(r, 3))
    g, rate, beta = like(r, p), float(r.rand()), 0.8
    v = {k: (1 - beta) * g["d" + k] for k in p}
    return {**p, **g}, {"learning_rate": rate, "beta": beta}, {**{k: p[k] - rate * v[k] for k in p}, **{"v_d" + k: v[k] for k in p}}


def adam(p, g, v, s, t, rate, b1, b2, eps):
    for k in p:
        d = g["d" + k]
        v[k] = b1 * v.get(k, 0) + (1 - b1) * d
        s[k] = b2 * s.get(k, 0) + (1 - b2) * d**2
        p[k] = p[k] - rate * (v[k] / (1 - b1**t)) / (np.sqrt(s[k] / (1 - b2**t)) + eps)


@case("c2w2.adam")
def _(r):
    p = randoms(r, sizes(r, 3))
    g, q, v, s = like(r, p), {}, {}, {}
    q.update(p)
    h = {"t": int(r.randint(1, 6)), "learning_rate": 0.02, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4}
    adam(q, g, v, s, h["t"], h["learning_rate"], h["beta1"], h["beta2"], h["epsilon"])
    return {**p, **g}, h, {**q, **{"v_d" + k: v[k] for k in p}, **{"s_d" + k: s[k] for k in p}}


@case("c2w2.lr_decay")
def _(r):
    s = {"learning_rate0": float(r.rand()), "decay_rate": float(r.rand()), "epoch": int(r.randint(100))}
    return {}, s, {"alpha": s["learning_rate0"] / (1 + s["decay_rate"] * s["epoch"])}


@case("c2w2.lr_schedule")
def _(r):
    s = {"learning_rate0": float(r.rand()), "decay_rate": 0.3, "time_interval": int(r.randint(1, 50)), "epochs": [int(e) for e in r.randint(0, 300, 5)]}
    return {}, s, {"alphas": [s["learning_rate0"] / (1 + 0.3 * (e // s["time_interval"])) for e in s["epochs"]]}


@case("c2w2.model")
def _(r):
    n, m, size, rate = 2, 21 + int(r.randint(3)), 8, 0.02
    x = r.randn(n, m)
    y = (x[:1] * x[1:] > 0) * 1.0
    s = {"layer_dims": [n, 4, 3, 1], "init": "he", "init_seed": 3, "mini_batch_size": size, "first_epoch_seed": 10, "num_epochs": 30,
         "learning_rate": rate, "optimizer": ["gd", "momentum", "adam"][r.randint(3)], "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
         "decay": ["none", "inverse", "scheduled"][r.randint(3)], "decay_rate": 0.5, "time_interval": 4, "epochs": [29, 0, 9], "accuracy_epochs": [30, 1, 10]}
    p, v, sq, t = initial(s["layer_dims"], "he", 3), {}, {}, 0
    costs, last, acc = [], [], [0]
    for e in range(s["num_epochs"]):
        np.random.seed(10 + e)
        perm, total = np.random.permutation(m), 0
        for i in range(0, m, size):
            xb, yb = x[:, perm[i:i + size]], y[:, perm[i:i + size]]
            c, t = forward(p, xb), t + 1
            loss = ce(c["A3"], yb)
            total += loss * yb.shape[1]
            g = backward(p, c, yb)
            if s["optimizer"] == "gd":
                sgd(p, g, rate)
            elif s["optimizer"] == "momentum":
                for k in p:
                    v[k] = 0.9 * v.get(k, 0) + 0.1 * g["d" + k]
                    p[k] = p[k] - rate * v[k]
            else:
                adam(p, g, v, sq, t, rate, 0.9, 0.999, 1e-8)
        costs.append(total / m)
        last.append(loss)
        acc.append(right(p, x, y))
        rate = {"none": rate, "inverse": s["learning_rate"] / (1 + 0.5 * e), "scheduled": s["learning_rate"] / (1 + 0.5 * (e // 4))}[s["decay"]]
    out = {"costs": [costs[e] for e in s["epochs"]], "last_batch_costs": [last[e] for e in s["epochs"]], "train_accuracy": [acc[e] for e in s["accuracy_epochs"]]}
    return {"X": x, "Y": y}, s, out


@case("c2w3.linear_function")
def _(r):
    n, k = sizes(r, 2)
    x, w, b = r.randn(n, 1), r.randn(k, n), r.randn(k, 1)
    return {"X": x, "W": w, "b": b}, {}, {"Y": w @ x + b}


@case("c2w3.sigmoid")
def _(r):
    z = r.randn(r.randint(1, 9)) * 4
    return {"z": z}, {}, {"a": sigma(z)}


def logits_ce(z, y):
    return -(y * np.log(sigma(z)) + (1 - y) * np.log(1 - sigma(z)))


@case("c2w3.sigmoid_ce")
def _(r):
    n = r.randint(1, 9)
    z, y = r.randn(n), r.rand(n)
    return {"logits": z, "labels": y}, {}, {"cost": logits_ce(z, y)}


@case("c2w3.one_hot")
def _(r):
    C = int(r.randint(1, 6))
    y = r.randint(0, C, r.randint(1, 9))
    return {"labels": y}, {"C": C}, {"Y": np.arange(C)[:, None] == y}


@case("c2w3.binary_ce_logits_mean")
def _(r):
    n, k = sizes(r, 2)
    z, y = r.randn(n, k), labels(r, n, k)
    return {"logits": z, "labels": y}, {}, {"cost": logits_ce(z, y).mean()}


@case("c2w3.softmax_ce_logits")
def _(r):
    C, m = sizes(r, 2)
    z, y = r.randn(C, m) * 4, r.randint(0, C, m)
    return {"logits": z, "labels": y}, {}, {"cost": (np.log(np.exp(z).sum(axis=0)) - z[y, np.arange(m)]).sum()}


# --- the older course


def ones_first(x):
    return np.hstack([np.ones((len(x), 1)), x])


def linear_j(x, y, theta, lam=0):
    e, t = x @ theta - y, np.r_[0, theta[1:]]
    return (e @ e + lam * t @ t) / (2 * len(y)), (x.T @ e + lam * t) / len(y)


def logistic_j(x, y, theta, lam=0):
    h, t = sigma(x @ theta), np.r_[0, theta[1:]]
    return ce(h[None], y[None]) + lam / (2 * len(y)) * (t @ t), (x.T @ (h - y) + lam * t) / len(y)


def monomials(x, d):
    return np.array([x[:, 0]**(i - j) * x[:, 1]**j for i in range(d + 1) for j in range(i + 1)]).T


def normal(x, mean=None, sd=None):
    mean = x.mean(axis=0) if mean is None else mean
    sd = x.std(axis=0, ddof=1) if sd is None else sd
    return (x - mean) / sd, mean, sd


def regression(r, low=3):
    m, n = int(r.randint(low, 20)), int(r.randint(1, 4))
    x = r.randn(m, n)
    return x, x @ r.randn(n) + 0.3 * r.randn(m) + 1


@case("ml1.cost")
def _(r):
    x, y = regression(r)
    thetas, on = r.randn(3, x.shape[1] + 1), bool(r.randint(2))
    z = ones_first(x) if on else x
    thetas = thetas[:, :z.shape[1]]
    return {"X": x, "y": y, "thetas": thetas}, {"add_intercept": on}, {"J": [linear_j(z, y, t)[0] for t in thetas]}


@case("ml1.gradient_descent")
def _(r):
    x, y = regression(r)
    s = {"normalize": bool(r.randint(2)), "add_intercept": bool(r.randint(2)), "alpha": 0.05, "num_iters": 30, "prediction_scale": 10}
    q = r.randn(2, x.shape[1])
    z, zq = x, q
    if s["normalize"]:
        z, mean, sd = normal(x)
        zq = normal(q, mean, sd)[0]
    if s["add_intercept"]:
        z, zq = ones_first(z), ones_first(zq)
    theta0 = r.randn(z.shape[1])
    theta, history = theta0, []
    for _ in range(30):
        theta = theta - 0.05 * linear_j(z, y, theta)[1]
        history.append(linear_j(z, y, theta)[0])
    return {"X": x, "y": y, "theta0": theta0, "x_predict": q}, s, {"theta": theta, "J_history": history, "prediction": 10 * (zq @ theta)}


@case("ml1.normal_equation")
def _(r):
    x, y = regression(r, 6)
    s, q = {"add_intercept": bool(r.randint(2)), "prediction_scale": 2}, r.randn(3, x.shape[1])
    z, zq = (ones_first(x), ones_first(q)) if s["add_intercept"] else (x, q)
    theta = np.linalg.solve(z.T @ z, z.T @ y)
    return {"X": x, "y": y, "x_predict": q}, s, {"theta": theta, "prediction": 2 * (zq @ theta)}


@case("ml1.feature_normalize")
def _(r):
    arrays, out = {}, {}
    for k in range(1, r.randint(2, 4)):
        x = 5 * r.randn(r.randint(2, 8), r.randint(1, 4)) + 3
        arrays[f"X{k}"] = x
        out[f"X{k}n"], out[f"mu{k}"], out[f"sigma{k}"] = normal(x)
    return arrays, {}, out


@case("ml1.multi")
def _(r):
    x, y = regression(r, 6)
    n = x.shape[1]
    theta, theta0, alpha, steps = r.randn(n), r.randn(n), 0.04, 25
    t, history = theta0, []
    for _ in range(steps):
        t = t - alpha * linear_j(x, y, t)[1]
        history.append(linear_j(x, y, t)[0])
    out = {"J": linear_j(x, y, theta)[0], "theta_gd": t, "J_history": history, "theta_normal": np.linalg.solve(x.T @ x, x.T @ y)}
    return {"X": x, "y": y, "theta": theta, "theta0": theta0}, {"alpha": alpha, "num_iters": steps}, out


@case("ml2.sigmoid")
def _(r):
    zs = {f"z{k}": r.randn(*sizes(r, k)) for k in range(1, 4)}
    return zs, {}, {"a" + k[1]: sigma(z) for k, z in zs.items()}


def logistic(r):
    m, n = int(r.randint(12, 30)), 2
    x = r.randn(m, n)
    return x, (x @ r.randn(n) + r.randn(m) + 0.2 > 0) * 1.0


def with_steps(r, x):
    s = {"feature_map_degree": [0, 2, 3][r.randint(3)], "add_intercept": False}
    if s["feature_map_degree"]:
        return s, lambda x: monomials(x, s["feature_map_degree"])
    s["add_intercept"] = bool(r.randint(2))
    return s, ones_first if s["add_intercept"] else lambda x: x


def logistic_costs(r):
    x, y = logistic(r)
    x /= 2
    s, f = with_steps(r, x)
    z = f(x)
    thetas, lambdas = 0.2 * r.randn(3, z.shape[1]), [0, 1, float(r.rand())]
    both = [logistic_j(z, y, t, lam) for t, lam in zip(thetas, lambdas)]
    return {"X": x, "y": y, "thetas": thetas, "lambdas": np.array(lambdas)}, s, {"J": [j for j, _ in both], "grad": [g for _, g in both]}


FUNCTIONS["ml2.cost"] = FUNCTIONS["ml3.lr_cost"] = logistic_costs


def newton(x, y, lam):
    theta, m = np.zeros(x.shape[1]), len(y)
    penalty = np.diag(np.r_[0, np.ones(x.shape[1] - 1)]) * lam / m
    for _ in range(50):
        h = sigma(x @ theta)
        theta = theta - np.linalg.solve((x.T * (h * (1 - h))) @ x / m + penalty, logistic_j(x, y, theta, lam)[1])
    return theta


@case("ml2.optimum")
def _(r):
    x, y = logistic(r)
    s, f = with_steps(r, x)
    s["lambda"] = float(0.1 + r.rand())
    q = r.randn(3, 2)
    theta = newton(f(x), y, s["lambda"])
    out = {"J": logistic_j(f(x), y, theta, s["lambda"])[0], "theta": theta, "probability": sigma(f(q) @ theta),
           "train_accuracy_percent": 100 * ((sigma(f(x) @ theta) >= 0.5) == y).mean()}
    return {"X": x, "y": y, "x_predict": q}, s, out


@case("ml2.predict")
def _(r):
    arrays, out = {}, {}
    for k in range(1, r.randint(2, 4)):
        m, n = sizes(r, 2)
        x, t = r.randn(m, n), r.randn(n)
        x[0] = 0
        arrays[f"X{k}"], arrays[f"theta{k}"], out[f"p{k}"] = x, t, sigma(x @ t) >= 0.5
    return arrays, {}, out


def groups(r, K, m):
    y = np.r_[np.arange(K), r.randint(0, K, m - K)]
    return r.randn(K, 3)[y] * 1.5 + r.randn(m, 3), y + 1


@case("ml3.one_vs_all")
def _(r):
    K, lam = int(r.randint(2, 5)), float(0.1 + r.rand())
    x, y = groups(r, K, 30)
    all_theta = [newton(ones_first(x), (y == c) * 1.0, lam) for c in range(1, K + 1)]
    return {"X": x, "y": y}, {"lambda": lam, "num_labels": K}, {"theta": all_theta}


@case("ml3.predict_one_vs_all")
def _(r):
    m, n, K = sizes(r, 3, 2)
    x, t = r.randn(m, n), r.randn(K, n + 1)
    return {"X": x, "all_theta": t}, {}, {"p": 1 + np.argmax(ones_first(x) @ t.T, axis=1)}


def nn(x, t1, t2):
    a2 = ones_first(sigma(ones_first(x) @ t1.T))
    return a2, sigma(a2 @ t2.T)


def nn_j(x, y, t1, t2, lam):
    m = len(x)
    a2, h = nn(x, t1, t2)
    p1, p2 = t1.copy(), t2.copy()
    p1[:, 0] = p2[:, 0] = 0
    d3 = h - y
    d2 = (d3 @ t2)[:, 1:] * a2[:, 1:] * (1 - a2[:, 1:])
    j = ce(h.T, y.T) + lam / (2 * m) * ((p1**2).sum() + (p2**2).sum())
    g1, g2 = d2.T @ ones_first(x) / m + lam / m * p1, d3.T @ a2 / m + lam / m * p2
    return j, np.r_[g1.ravel("F"), g2.ravel("F")]


def nn_inputs(r):
    m, n, h, K = sizes(r, 4, 2)
    return r.randn(m, n), r.randint(1, K + 1, m), r.randn(h, n + 1), r.randn(K, h + 1), np.eye(K)


@case("ml3.predict_nn")
def _(r):
    x, _, t1, t2, _ = nn_inputs(r)
    return {"X": x, "Theta1": t1, "Theta2": t2}, {}, {"p": 1 + np.argmax(nn(x, t1, t2)[1], axis=1)}


@case("ml3.digits_accuracy")
def _(r):
    K, lam = 3, 0.5
    x, y = groups(r, K, 40)
    t1, t2 = r.randn(4, 4), r.randn(K, 5)
    all_theta = np.array([newton(ones_first(x), (y == c) * 1.0, lam) for c in range(1, K + 1)])
    out = {"one_vs_all_accuracy_percent": 100 * (1 + np.argmax(ones_first(x) @ all_theta.T, axis=1) == y).mean(),
           "nn_accuracy_percent": 100 * (1 + np.argmax(nn(x, t1, t2)[1], axis=1) == y).mean()}
    return {"X": x, "y": y, "Theta1": t1, "Theta2": t2}, {"lambda": lam, "num_labels": K}, out


@case("ml4.sigmoid_gradient")
def _(r):
    z = r.randn(*sizes(r, 2))
    return {"z": z}, {}, {"g": sigma(z) * (1 - sigma(z))}


@case("ml4.nn_cost")
def _(r):
    x, y, t1, t2, eye = nn_inputs(r)
    lam = float(r.rand())
    j, grad = nn_j(x, eye[y - 1], t1, t2, lam)
    return {"X": x, "Y": eye[y - 1], "Theta1": t1, "Theta2": t2}, {"lambda": lam}, {"J": j, "grad": grad}


@case("ml4.gradcheck_debug_network")
def _(r):
    x, y, t1, t2, eye = nn_inputs(r)
    lambdas = [0, float(3 * r.rand())]
    grads = [nn_j(x, eye[y - 1], t1, t2, lam)[1] for lam in lambdas]
    return ({"X": x, "y": y, "Theta1": t1, "Theta2": t2, "lambdas": np.array(lambdas)}, {"epsilon": 1e-4},
            {"grad": grads, "difference": [0, 0]})


@case("ml4.digits_cost")
def _(r):
    x, y, t1, t2, eye = nn_inputs(r)
    lambdas = [0, 1, 3]
    return ({"X": x, "y": y, "Theta1": t1, "Theta2": t2, "lambdas": np.array(lambdas)}, {},
            {"J": [nn_j(x, eye[y - 1], t1, t2, lam)[0] for lam in lambdas]})


@case("ml4.weights_penalty")
def _(r):
    _, _, t1, t2, _ = nn_inputs(r)
    s, lambdas = (t1[:, 1:]**2).sum() + (t2[:, 1:]**2).sum(), [0.5, 2]
    return {"Theta1": t1, "Theta2": t2, "lambdas": np.array(lambdas)}, {"m": 7}, {"penalty": [lam / 14 * s for lam in lambdas]}


@case("ml4.digits_training")
def _(r):
    x, y = groups(r, 3, 40)
    x += 8 * np.eye(3)[y - 1]
    s = {"hidden_units": 5, "num_labels": 3, "lambda": 0.01, "init_range": 0.12, "init_seed": 1, "max_iterations": 100}
    return {"X": x, "y": y}, s, {"train_accuracy_percent": 100}


@case("ml5.cost")
def _(r):
    x, y = regression(r)
    on = bool(r.randint(2))
    z = ones_first(x) if on else x
    thetas, lambdas = r.randn(2, z.shape[1]), [0, 1.5]
    both = [linear_j(z, y, t, lam) for t, lam in zip(thetas, lambdas)]
    return {"X": x, "y": y, "thetas": thetas, "lambdas": np.array(lambdas)}, {"add_intercept": on}, {"J": [j for j, _ in both], "grad": [g for _, g in both]}


def ridge(x, y, lam):
    if lam == 0:
        return np.linalg.pinv(x) @ y
    return np.linalg.solve(x.T @ x + lam * np.diag(np.r_[0, np.ones(x.shape[1] - 1)]), x.T @ y)


@case("ml5.learning_curve")
def _(r):
    x, y = regression(r, 6)
    xv, yv = r.randn(5, x.shape[1]), r.randn(5)
    s = {"add_intercept": bool(r.randint(2)), "lambda": [0, 1][r.randint(2)], "sizes": [1, 2, len(x), 4]}
    z, zv = (ones_first(x), ones_first(xv)) if s["add_intercept"] else (x, xv)
    thetas = [ridge(z[:k], y[:k], s["lambda"]) for k in s["sizes"]]
    out = {"train_error": [linear_j(z[:k], y[:k], t)[0] for k, t in zip(s["sizes"], thetas)], "val_error": [linear_j(zv, yv, t)[0] for t in thetas]}
    return {"X": x, "y": y, "Xval": xv, "yval": yv}, s, out


@case("ml5.poly_features")
def _(r):
    x, p = r.randn(r.randint(1, 6)), int(r.randint(1, 6))
    return {"x": x}, {"p": p}, {"X": x[:, None] ** np.arange(1, p + 1)}


@case("ml5.poly_normalize")
def _(r):
    x, p = r.randn(r.randint(3, 6), 1), int(r.randint(1, 6))
    return {"X": x}, {"p": p}, {"X_norm": ones_first(normal(x ** np.arange(1, p + 1))[0])}


@case("ml5.validation_curve")
def _(r):
    p = int(r.randint(0, 4))
    sets = {"": 9, "val": 6, "test": 5}
    arrays = {}
    for k, m in sets.items():
        arrays["X" + k] = r.randn(m, 1)
        arrays["y" + k] = np.sin(2 * arrays["X" + k][:, 0]) + 0.1 * r.randn(m)
    lambdas = [0, 0.01, 0.3, 3]
    z = dict((k, arrays["X" + k] ** np.arange(1, p + 1) if p else arrays["X" + k]) for k in sets)
    if p:
        mean, sd = normal(z[""])[1:]
        z = {k: normal(v, mean, sd)[0] for k, v in z.items()}
    z = {k: ones_first(v) for k, v in z.items()}
    thetas = [ridge(z[""], arrays["y"], lam) for lam in lambdas]
    e = {k: [linear_j(z[k], arrays["y" + k], t)[0] for t in thetas] for k in sets}
    out = {"train_error": e[""], "val_error": e["val"], "test_error": e["test"], "best_lambda": lambdas[int(np.argmin(e["val"]))]}
    return {**arrays, "lambdas": np.array(lambdas)}, {"p": p, "add_intercept": True}, out


# --- the file

TOLERANCES = {  # absolute and relative
    "c2w1.gradcheck_1d": (1e-20, 1e-9),      # rounding noise, to the bit
    "c2w1.gradcheck_nd": (1e-8, 1e-7),
    "ml2.optimum": (1e-7, 1e-7),             # a minimum
    "ml3.one_vs_all": (1e-6, 1e-6),
    "ml4.gradcheck_debug_network": (1e-8, 1e-8),
}


def plain(x):
    if isinstance(x, (dict, str)):
        return x
    x = np.asarray(x)
    return x.astype(float if x.dtype.kind == "f" else int).tolist()


def make(name, seed, id):
    r = rand(seed)
    arrays, scalars, out = FUNCTIONS[name](r)
    abs_tol, rel_tol = TOLERANCES.get(name, (1e-12, 1e-10))
    return {
        "id": id, "function": name,
        "inputs": {"arrays": {k: {"shape": list(np.shape(v)), "data": plain(v)} for k, v in arrays.items()}, "scalars": scalars},
        "expected": [{"name": k, "value": plain(v), "abs_tol": abs_tol, "rel_tol": rel_tol} for k, v in out.items()],
    }


def selectors():
    """Every form of a name, on an array of three dimensions and its sigmoids."""
    z = rand(7).randn(2, 3, 4)
    a = sigma(z)
    names = {
        "a": a, "a[1]": a[1], "a[1,2]": a[1, 2], "a[1,2,3]": a[1, 2, 3], "a[0,1:3]": a[0, 1:3], "a[0:1,2,0:2]": a[0:1, 2, 0:2],
        "mean(a)": a.mean(), "sum(a)": a.sum(), "mean(a[1,0:2])": a[1, 0:2].mean(), "sum(a[0,0,0])": a[0, 0, 0],
        "shape(a)": a.shape, "shape(a[1])": a[1].shape, "argmax(a)": int(a.argmax()), "argmax(a[1])": int(a[1].argmax()),
        "z[1,2,3]": z[1, 2, 3], "sum(z)": z.sum(),
    }
    c = make("c1w2.sigmoid", 0, "selectors")
    c["inputs"]["arrays"]["z"] = {"shape": [2, 3, 4], "data": z.tolist()}
    c["expected"] = [{"name": k, "value": plain(v), "abs_tol": 1e-12, "rel_tol": 0} for k, v in names.items()]
    return c


def infinities():
    """What is infinite stays so, but for terms whose factor is 0; and a training goes on."""
    c = make("c1w3.cost", 0, "infinite")
    c["inputs"]["arrays"] = {"A2": {"shape": [1, 2], "data": [[1, 0.5]]}, "Y": {"shape": [1, 2], "data": [[0, 1]]}}
    c["expected"] = [{"name": "cost", "value": np.inf, "abs_tol": 1e-12, "rel_tol": 1e-12}]
    d = make("c1w3.cost", 0, "finite")
    d["inputs"]["arrays"] = {"A2": {"shape": [1, 3], "data": [[1, 0, 0.5]]}, "Y": {"shape": [1, 3], "data": [[1, 0, 1]]}}
    d["expected"] = [{"name": "cost", "value": np.log(2) / 3, "abs_tol": 1e-15, "rel_tol": 0}]
    dims = [2, 10, 5, 1]
    x, y = circles(300)
    p = initial(dims, "randn*10", 3)
    costs = train(p, x, y, relu, 0.01, 30)
    s = {"layer_dims": dims, "learning_rate": 0.01, "num_iterations": 30, "init": "randn*10", "init_seed": 3, "iterations": [0, 29]}
    e = {"id": "through infinity", "function": "c2w1.model", "inputs": {"dataset": {"name": "circles"}, "scalars": s}}
    e["expected"] = [{"name": "costs", "value": plain([costs[0], costs[29]]), "abs_tol": 1e-6, "rel_tol": 0}]
    return [c, d, e]


def circles(n):
    np.random.seed(1)
    t = 2 * np.pi * np.arange(n // 2) / (n // 2)
    x = np.r_[np.c_[np.cos(t), np.sin(t)], 0.8 * np.c_[np.cos(t), np.sin(t)]]
    order = np.arange(n)
    np.random.shuffle(order)
    return (x[order] + np.random.normal(scale=0.05, size=(n, 2))).T, (order >= n // 2)[None] * 1.0


if __name__ == "__main__":
    count, path = (int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 1 else (1, "own-cases.json")
    cases = [selectors()] + infinities() + [
        make(name, k, f"{name}_{k}") for name in FUNCTIONS for k in range(count if "model" not in name else 6 * count)]
    with open(path, "w") as f:
        f.write('{"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")

"""Products in numpy, into an array that is there."""
import sys
import zlib

import peer
import numpy as np

dtype = np.dtype(sys.argv[2])
product = None


def pattern(rows, columns):
    """Returns multiples of 1/8 that differ from place to place."""
    i = np.arange(rows * columns, dtype=np.int64)
    return ((i * 7919 % 31 - 15) / 8).astype(dtype).reshape(rows, columns)


def prepare(m, n, k, a_transposed, b_transposed):
    """Prepares C = A·B, stored column by column as there: so Cᵀ = Bᵀ·Aᵀ here."""
    global product
    a = pattern(m, k).T if a_transposed else pattern(k, m)  # Aᵀ, k × m
    b = pattern(k, n).T if b_transposed else pattern(n, k)  # Bᵀ, n × k
    c = np.empty((n, m), dtype)
    product = lambda: np.dot(b, a, out=c)
    product()
    return zlib.crc32(c)


peer.hello("numpy", np.__version__)
peer.serve({"threads": peer.blas_threads, "product": prepare, "run": lambda times: peer.timed(product, times)})

"""Judges embeddings of the same rows alike: KL divergence from exact neighbours, and trustworthiness.

P: Gaussian affinities over the exact 3 x perplexity nearest neighbours, symmetrised (van der Maaten
2014, section 3); Q: normalised over all pairs, exactly. Trustworthiness (Venna and Kaski 2001) of
12 neighbours, on 5,000 rows. Nothing here comes from the programs that are judged.
"""
import hashlib
import os

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.manifold import trustworthiness

from contender import Clock, matrix, options, serve

x = matrix("hidden.f32", np.float32, options["columns"])[: options["rows"]]
rows, neighbours = len(x), min(len(x) - 1, int(3 * options["perplexity"]))


def nearest():
    """Index int[N, k] and squared distance float64[N, k], by all distances."""
    norms = (x.astype(np.float64) ** 2).sum(1)
    index = np.empty((rows, neighbours), np.int32)
    squared = np.empty((rows, neighbours))
    for start in range(0, rows, 1000):
        end = min(start + 1000, rows)
        d = norms[start:end, None] + norms[None, :] - 2.0 * (x[start:end] @ x.T)
        d[np.arange(end - start), np.arange(start, end)] = np.inf
        index[start:end] = np.argpartition(d, neighbours, axis=1)[:, :neighbours]
        squared[start:end] = np.maximum(np.take_along_axis(d, index[start:end], 1), 0)
    return index, squared


def affinities():
    """Symmetric P, sum 1; the precision of each row found by bisection."""
    index, squared = nearest()
    squared = squared - squared.min(1, keepdims=True)
    low, high, beta = np.zeros(rows), np.full(rows, np.inf), np.ones(rows) / np.maximum(squared.mean(1), 1e-300)
    for _ in range(100):
        p = np.exp(-squared * beta[:, None])
        total = p.sum(1)
        entropy = np.log(total) + beta * (squared * p).sum(1) / total
        wide = entropy > np.log(options["perplexity"])
        low, high = np.where(wide, beta, low), np.where(wide, high, beta)
        beta = np.where(np.isinf(high), beta * 2, (low + np.where(np.isinf(high), 0, high)) / 2)
    p /= total[:, None]
    one = csr_matrix((p.ravel(), index.ravel(), np.arange(0, p.size + 1, neighbours)), shape=(rows, rows))
    return ((one + one.T) / (2 * rows)).tocoo()


def cached_affinities():
    key = hashlib.sha256(x.tobytes() + repr((rows, options["perplexity"])).encode()).hexdigest()[:16]
    file = os.path.join(options["data"], f"affinities-{key}.npz")
    if not os.path.exists(file):
        p = affinities()
        np.savez(file, row=p.row.astype(np.int32), col=p.col.astype(np.int32), data=p.data)
    stored = np.load(file)
    return stored["row"], stored["col"], stored["data"]


row, col, p = cached_affinities()
sample = np.random.default_rng(0).permutation(rows)[: min(rows, 5000)]


def divergence(y):
    z = 0.0
    for start in range(0, rows, 1000):
        block = y[start:start + 1000]
        d = (block[:, 0, None] - y[None, :, 0]) ** 2
        d += (block[:, 1, None] - y[None, :, 1]) ** 2
        d += 1
        np.reciprocal(d, out=d)
        z += d.sum(dtype=np.float64)
    z -= rows
    y = y.astype(np.float64)
    q = 1 / (1 + ((y[row] - y[col]) ** 2).sum(1)) / z
    kept = p > 0
    return float((p[kept] * np.log(p[kept] / q[kept])).sum())


files = options["embeddings"]


def repetition(n):
    with Clock() as clock:
        y = np.fromfile(files[n], np.float32).reshape(-1, 2)
        kl = divergence(y)
        trust = trustworthiness(x[sample], y[sample], n_neighbors=12)
    return clock, {"kl": kl, "trustworthiness": float(trust)}


serve("judge", repetition)

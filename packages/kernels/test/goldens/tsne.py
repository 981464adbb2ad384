"""Goldens of t-SNE by openTSNE and scikit-learn: python tsne.py > tsne.json

small: 80 rows x 6 columns, perplexity 8: joint probabilities, and divergence and gradient of a given map.
maps: 500 rows x 20 columns in five groups, perplexity 30, 300 iterations: what both programs reach.
Data are bytes, so that all programs get the same numbers.
"""
import base64
import json
import sys

import numpy as np
import openTSNE
import sklearn
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.tsne import kl_divergence_bh
from sklearn.manifold import TSNE, trustworthiness

random = np.random.default_rng(20)


def grouped(rows, columns, groups, spread):
    centres = random.integers(40, 215, (groups, columns))
    values = centres[np.arange(rows) % groups] + random.normal(0, spread, (rows, columns))
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def encoded(x):
    return {"rows": x.shape[0], "columns": x.shape[1], "base64": base64.b64encode(x.tobytes()).decode()}


def small():
    x = grouped(80, 6, 3, 14)
    affinities = PerplexityBasedNN(x.astype(float), perplexity=8, method="exact", random_state=0)
    y = np.rint(random.normal(0, 6, (80, 2)) * 1000) / 1000
    kl, gradient = kl_divergence_bh(
        y, affinities.P, dof=1, bh_params={"theta": 0.0}, reference_embedding=None, should_eval_error=True, n_jobs=1
    )
    P = affinities.P.tocsr()
    P.sort_indices()
    return {
        "data": encoded(x), "perplexity": 8, "map": y.ravel().tolist(), "klDivergence": kl,
        "gradient": [float(f"{g:.9g}") for g in gradient.ravel()],
        "start": P.indptr.tolist(), "index": P.indices.tolist(), "p": [float(f"{p:.9g}") for p in P.data],
    }


def maps():
    x = grouped(500, 20, 5, 30)
    d = x.astype(float)
    scikit = TSNE(perplexity=30, max_iter=300, init="pca", learning_rate="auto", method="exact", random_state=0)
    a = scikit.fit_transform(d)
    b = openTSNE.TSNE(perplexity=30, early_exaggeration_iter=250, n_iter=50, initialization="pca", random_state=0, n_jobs=1).fit(d)
    return {
        "data": encoded(x), "perplexity": 30, "iterations": 300,
        "scikit": {"klDivergence": float(scikit.kl_divergence_), "trustworthiness": float(trustworthiness(d, a, n_neighbors=12))},
        "openTSNE": {"klDivergence": float(b.kl_divergence), "trustworthiness": float(trustworthiness(d, np.asarray(b), n_neighbors=12))},
    }


versions = {"openTSNE": openTSNE.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__}
json.dump({"versions": versions, "small": small(), "maps": maps()}, sys.stdout)
print()

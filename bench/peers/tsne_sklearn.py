"""scikit-learn: the hidden activations to the plane by Barnes-Hut."""
import numpy as np
import sklearn
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from contender import Clock, matrix, options, serve, threads

x = matrix("hidden.f32", np.float32, options["columns"])[: options["rows"]]


def repetition(n):
    model = TSNE(
        perplexity=options["perplexity"], max_iter=options["iterations"], init="pca",
        learning_rate="auto", n_jobs=threads, random_state=n,
    )
    with threadpool_limits(threads), Clock() as clock:
        embedding = model.fit_transform(x)
    file = f"{options['output']}-{n}.f32"
    embedding.astype(np.float32).tofile(file)
    return clock, {"ownKl": float(model.kl_divergence_), "embedding": file}


serve(f"scikit-learn {sklearn.__version__}", repetition)

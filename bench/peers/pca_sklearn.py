"""scikit-learn: PCA fitted on the training rows, and their projection."""
import numpy as np
import sklearn
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from contender import Clock, options, serve, threads, training_rows

pixels, _ = training_rows()
x = pixels.astype(np.float32) / np.float32(255)
solver = options["solver"]
wanted = 154 if solver in ("arpack", "randomized") else 0.95


def repetition(n):
    model = PCA(n_components=wanted, svd_solver=solver, random_state=n)
    with threadpool_limits(threads), Clock() as clock:
        with Clock() as fit:
            model.fit(x)
        model.transform(x)
    ratios = model.explained_variance_ratio_
    return clock, {"fitSeconds": fit.seconds, "components": int(model.n_components_), "explained": float(ratios.sum()), "ratios": ratios[:3].tolist()}


serve(f"scikit-learn {sklearn.__version__}", repetition)

"""scikit-learn: PCA fitted on the training rows, and their projection."""
import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from contender import Clock, options, serve, threads, training_rows

if options.get("intelex"):
    from sklearnex.decomposition import PCA
else:
    from sklearn.decomposition import PCA

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


serve(f"scikit-learn{'-intelex' if options.get('intelex') else ''} {sklearn.__version__}", repetition)

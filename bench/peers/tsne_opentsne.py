"""openTSNE: the hidden activations to the plane, PCA start, 250 exaggerated iterations first."""
import numpy as np
import openTSNE

from contender import Clock, matrix, options, serve, threads

x = matrix("hidden.f32", np.float32, options["columns"])[: options["rows"]]
exaggerated = min(250, options["iterations"])


def repetition(n):
    model = openTSNE.TSNE(
        perplexity=options["perplexity"], n_jobs=threads, random_state=n, initialization="pca",
        learning_rate="auto", early_exaggeration_iter=exaggerated, n_iter=options["iterations"] - exaggerated,
    )
    with Clock() as clock:
        embedding = model.fit(x)
    file = f"{options['output']}-{n}.f32"
    np.asarray(embedding, dtype=np.float32).tofile(file)
    return clock, {"ownKl": float(embedding.kl_divergence), "embedding": file}


serve(f"openTSNE {openTSNE.__version__}", repetition)

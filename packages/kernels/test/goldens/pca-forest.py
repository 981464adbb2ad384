# Writes pca-forest.json beside it: what scikit-learn and numpy say of small data that a test can rebuild.
# numpy 2.4.6, scikit-learn 1.9.1, Python 3.11:  python pca-forest.py
import json, pathlib
import numpy as np, sklearn
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier


def words(n, state):
    """The 24 high bits of a 32-bit linear congruential generator (Numerical Recipes' constants)."""
    out = []
    for _ in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 8)
    return np.array(out)


def made(rows, columns, classes, state):
    """Bytes in which class and column set the level, with noise."""
    noise = words(rows * columns, state).reshape(rows, columns) % 90
    labels = words(rows, state + 1) % classes
    level = (labels[:, None] * (np.arange(columns)[None, :] % 5) * 9) % 160
    return (noise + level).astype(np.uint8), labels


def tree_of(t):
    return {k: getattr(t, k).tolist() for k in ("feature", "threshold", "children_left", "children_right", "n_node_samples")}


X, y = made(400, 12, 4, 7)
F = (X.astype(np.float32) * np.float32(0.37) + (words(X.size, 99).reshape(X.shape) / 2**24).astype(np.float32)).astype(np.float32)
golden = {"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}}
for name, data in (("bytes", X), ("floats", F)):
    pca = PCA(svd_solver="full").fit(data.astype(np.float64))
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(data, y)
    golden[name] = {
        "mean": pca.mean_.tolist(),
        "variances": pca.explained_variance_.tolist(),
        "ratios": pca.explained_variance_ratio_.tolist(),
        "components": pca.components_.tolist(),
        "count90": int(PCA(n_components=0.9, svd_solver="full").fit(data.astype(np.float64)).n_components_),
        "tree": tree_of(tree.tree_),
        "importances": tree.feature_importances_.tolist(),
    }
# The seven-segment display of Louppe et al. 2013, each digit once; totally randomised trees in the limit (K = 1).
segments = np.array([[int(c) for c in code] for code in "1110111 0010010 1011101 1011011 0111010 1101011 1101111 1010010 1111111 1111011".split()])
forest = RandomForestClassifier(20000, max_features=1, bootstrap=False, random_state=0, n_jobs=1).fit(segments, np.arange(10))
golden["display"] = {"segments": segments.tolist(), "importances": forest.feature_importances_.tolist()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")

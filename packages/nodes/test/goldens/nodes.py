"""Golden figures for figures.test.ts: areas under the ROC curve, mutual information, average linkage."""
import json
import sys
from pathlib import Path

import numpy
import scipy
import sklearn
from scipy.cluster.hierarchy import linkage
from sklearn.metrics import mutual_info_score, roc_auc_score

random = numpy.random.default_rng(43)
rows, nodes, classes = 150, 5, 3
labels = random.integers(0, classes, rows)
# Eighths, so that the numbers are exact in float32 and in JSON; clipped at zero as ReLU does, so that there are ties.
values = numpy.maximum(0, numpy.round(8 * (random.normal(size=(rows, nodes)) + 1.5 * (labels[:, None] == numpy.arange(nodes)[None, :])) - 2) / 8)


def bins_of(column, count):
    """Bins of nearly equal counts; equal values share that of the first."""
    order = numpy.sort(column)
    return numpy.searchsorted(order, column, side="left") * count // len(column)


golden = {
    "versions": {"python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "labels": labels.tolist(),
    "values": values.tolist(),
    "areas": [[roc_auc_score(labels == c, values[:, h]) for c in range(classes)] for h in range(nodes)],
    "information": [[mutual_info_score(labels == c, bins_of(values[:, h], 8)) / numpy.log(2) for c in range(classes)] for h in range(nodes)],
    "total": [mutual_info_score(labels, bins_of(values[:, h], 8)) / numpy.log(2) for h in range(nodes)],
    # Groups that average linkage has after all but two joins, as sorted lists of the first 12 rows.
    "groups": [sorted(numpy.flatnonzero(scipy.cluster.hierarchy.fcluster(linkage(values[:12] + numpy.arange(12)[:, None] / 64, "average"), 3, "maxclust") == g).tolist()) for g in (1, 2, 3)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")

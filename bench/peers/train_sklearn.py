"""scikit-learn: MLPClassifier for one iteration. It has no RMSprop, so Adam in both nets."""
import warnings

import sklearn
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from contender import Clock, serve, threads
from networks import net, split

warnings.filterwarnings("ignore")
x, y, test, test_labels = split()


def repetition(n):
    model = MLPClassifier(net["hidden"], batch_size=net["batch"], alpha=0, max_iter=1, random_state=n)
    with threadpool_limits(threads), Clock() as clock:
        model.fit(x, y)
    return clock, {"accuracy": float(model.score(test, test_labels)), "loss": float(model.loss_)}


serve(f"scikit-learn {sklearn.__version__}", repetition)

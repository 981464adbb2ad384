"""scikit-learn: random forest of the training rows, with its importances."""
import sklearn
from sklearn.ensemble import RandomForestClassifier

from contender import Clock, images, options, serve, threads, training_rows

x, y = training_rows()
test, test_labels = images("test")


def repetition(n):
    model = RandomForestClassifier(options["trees"], n_jobs=threads, random_state=n)
    with Clock() as clock:
        model.fit(x, y)
        importances = model.feature_importances_
    best = sorted(range(len(importances)), key=lambda column: (-importances[column], column))[:70]
    return clock, {"accuracy": float(model.score(test, test_labels)), "best": best}


serve(f"scikit-learn {sklearn.__version__}", repetition)

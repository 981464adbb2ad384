"""The nets that are timed, and their data as float32, ready to be fed."""
import numpy as np

from contender import images, options, training_rows

NETS = {
    # exp3 of the assignment: Keras's defaults
    "exp3": {"hidden": [128], "batch": 32, "optimizer": "rmsprop"},
    # ex4: 42,000 training rows, each column scaled to [0, 1]
    "ex4": {"hidden": [512, 256], "batch": 512, "optimizer": "adam"},
    # wide nets on the rows of exp3; the last is problem1's without its dropout
    "800": {"hidden": [800], "batch": 256, "optimizer": "adam"},
    "1000-500": {"hidden": [1000, 500], "batch": 256, "optimizer": "adam"},
    "784-196": {"hidden": [784, 196], "batch": 1000, "optimizer": "adam"},
}
net = NETS[options["net"]]


def split():
    """x float32[N, 784], y int64[N], and the same of the test split."""
    test, test_labels = images("test")
    if options["net"] != "ex4":
        train, labels = training_rows()
        low, span = 0.0, 255.0
    else:
        train, labels = images("train")
        rows = len(train) * 7 // 10
        train, labels = train[:rows], labels[:rows]
        low = train.min(axis=0).astype(np.float32)
        span = np.maximum(train.max(axis=0) - low, 1).astype(np.float32)
    scale = lambda pixels: ((pixels.astype(np.float32) - low) / span).astype(np.float32)
    return scale(train), labels.astype(np.int64), scale(test), test_labels.astype(np.int64)

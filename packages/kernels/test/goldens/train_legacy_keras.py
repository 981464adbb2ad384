"""Writes train-legacy-keras.json: nets trained for a few steps by Keras's older RMSprop, which adds epsilon to the root.

    python train_legacy_keras.py > train-legacy-keras.json

Made with tensorflow-cpu 2.15.1 (keras 2.15.0), numpy 1.26.4, Python 3.11. Its `optimizers.legacy` are the optimisers of TensorFlow up to 2.10.
With momentum that RMSprop has epsilon under the root; the case with momentum is stepped by the formula in PyTorch's documentation instead.
"""
import json
import numpy as np
import tensorflow as tf

keras = tf.keras
STEPS, BATCH = 6, 8


class TorchRMSprop(keras.optimizers.legacy.Optimizer):
    """buf = momentum buf + g / (sqrt(v) + eps); w -= lr buf."""

    def __init__(self, learning_rate, rho, momentum, epsilon):
        super().__init__("TorchRMSprop")
        self.config = {"learning_rate": learning_rate, "rho": rho, "momentum": momentum, "epsilon": epsilon}

    def _create_slots(self, variables):
        for variable in variables:
            self.add_slot(variable, "v")
            self.add_slot(variable, "buf")

    def _resource_apply_dense(self, g, w, apply_state=None):
        c, v, buf = self.config, self.get_slot(w, "v"), self.get_slot(w, "buf")
        v.assign(c["rho"] * v + (1 - c["rho"]) * tf.square(g))
        buf.assign(c["momentum"] * buf + g / (tf.sqrt(v) + c["epsilon"]))
        return w.assign_sub(c["learning_rate"] * buf)

    def get_config(self):
        return self.config


def rounded(values):
    return [float(f"{x:.9g}") for x in np.asarray(values, dtype=np.float32).ravel()]


def case(name, optimizer, hidden, inputs=12, classes=3, density=0.4, seed=1):
    rng = np.random.default_rng(seed)
    rows = STEPS * BATCH
    x = np.where(rng.random((rows, inputs)) < density, rng.integers(1, 256, (rows, inputs)), 0).astype(np.uint8)
    y = rng.integers(0, classes, rows).astype(np.uint16)
    layers = [keras.layers.Dense(units, activation=activation) for units, activation in hidden]
    model = keras.Sequential([keras.Input((inputs,)), *layers, keras.layers.Dense(classes, activation="softmax")])
    start = []
    for layer in model.layers:
        shape = layer.kernel.shape
        kernel = (rng.uniform(-1, 1, shape) * np.sqrt(6 / (shape[0] + shape[1]))).astype(np.float32)
        bias = rng.uniform(-0.1, 0.1, shape[1]).astype(np.float32)
        layer.set_weights([kernel, bias])
        start.append({"kernel": rounded(kernel), "bias": rounded(bias)})
    config = {k: float(v) for k, v in optimizer.get_config().items() if k in ("learning_rate", "rho", "momentum", "epsilon")}
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    scaled = x.astype(np.float32) / np.float32(255)
    history = model.fit(scaled, y, batch_size=BATCH, epochs=3, shuffle=False, verbose=0).history
    loss, accuracy = model.evaluate(scaled, y, verbose=0)
    return {
        "name": name, "optimizer": {**config, "epsilon_in_sqrt": False},
        "inputs": inputs, "classes": classes, "batch": BATCH,
        "hidden": [{"units": units, "activation": activation, "l2": 0} for units, activation in hidden],
        "values": x.ravel().tolist(), "labels": y.tolist(),
        "start": start,
        "end": [{"kernel": rounded(l.kernel), "bias": rounded(l.bias)} for l in model.layers],
        "loss": [float(v) for v in history["loss"]], "accuracy": [float(v) for v in history["accuracy"]],
        "evaluated": {"loss": float(loss), "accuracy": float(accuracy)},
    }


legacy = keras.optimizers.legacy.RMSprop
cases = [
    case("legacy rmsprop", legacy(), [(10, "relu")]),
    case("legacy rmsprop, epsilon that counts", legacy(learning_rate=0.01, rho=0.8, epsilon=1e-2), [(20, "tanh"), (9, "relu")], density=1, seed=8),
    case("rmsprop with momentum by PyTorch's formula", TorchRMSprop(0.01, 0.8, 0.6, 1e-2), [(7, "tanh")], seed=2),
]
print(json.dumps({"keras": f"in TensorFlow {tf.__version__}", "cases": cases}, separators=(",", ":")))

"""Writes train-keras.json: a few nets trained for a few steps by Keras on fixed batches.

    KERAS_BACKEND=tensorflow python train_keras.py > train-keras.json

Made with keras 3.15.1, tensorflow-cpu 2.21.0, numpy, Python 3.11.
"""
import json
import keras
import numpy as np

STEPS, BATCH = 6, 8


def rounded(values):
    return [float(f"{x:.9g}") for x in np.asarray(values, dtype=np.float32).ravel()]


def problem(rng, inputs, classes, density):
    rows = STEPS * BATCH
    x = np.where(rng.random((rows, inputs)) < density, rng.integers(1, 256, (rows, inputs)), 0).astype(np.uint8)
    return x, rng.integers(0, classes, rows).astype(np.uint16)


def case(name, optimizer, hidden, inputs=12, classes=3, density=0.4, seed=1):
    rng = np.random.default_rng(seed)
    x, y = problem(rng, inputs, classes, density)
    layers = [keras.Input((inputs,))]
    for units, activation, l2 in hidden:
        layers.append(keras.layers.Dense(units, activation=activation, kernel_regularizer=keras.regularizers.L2(l2) if l2 else None))
    layers.append(keras.layers.Dense(classes, activation="softmax"))
    model = keras.Sequential(layers)
    start = []
    for layer in model.layers:
        shape = layer.kernel.shape
        kernel = (rng.uniform(-1, 1, shape) * np.sqrt(6 / (shape[0] + shape[1]))).astype(np.float32)
        bias = rng.uniform(-0.1, 0.1, shape[1]).astype(np.float32)
        layer.set_weights([kernel, bias])
        start.append({"kernel": rounded(kernel), "bias": rounded(bias)})
    config = keras.optimizers.serialize(optimizer)["config"]
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x.astype(np.float32) / np.float32(255), y, batch_size=BATCH, epochs=3, shuffle=False, verbose=0).history
    loss, accuracy = model.evaluate(x.astype(np.float32) / np.float32(255), y, verbose=0)
    return {
        "name": name,
        "optimizer": {k: v for k, v in config.items() if isinstance(v, (int, float, bool)) and k not in ("loss_scale_factor",)},
        "inputs": inputs, "classes": classes, "batch": BATCH,
        "hidden": [{"units": u, "activation": a, "l2": l} for u, a, l in hidden],
        "values": x.ravel().tolist(), "labels": y.tolist(),
        "start": start,
        "end": [{"kernel": rounded(l.kernel), "bias": rounded(l.bias)} for l in model.layers],
        "loss": [float(v) for v in history["loss"]], "accuracy": [float(v) for v in history["accuracy"]],
        "evaluated": {"loss": float(loss), "accuracy": float(accuracy)},
    }


o = keras.optimizers
cases = [
    case("rmsprop", o.RMSprop(), [(10, "relu", 0)]),
    case("rmsprop with momentum", o.RMSprop(learning_rate=0.01, rho=0.8, momentum=0.6), [(7, "tanh", 0)], seed=2),
    case("adam", o.Adam(), [(9, "relu", 0.01), (6, "sigmoid", 0.02)], seed=3),
    case("adam, other rates", o.Adam(learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-4), [(20, "tanh", 0)], density=1, seed=4),
    case("adamw", o.AdamW(learning_rate=0.01, weight_decay=0.3), [(9, "relu", 0), (6, "tanh", 0.01)], seed=8),
    case("gelu", o.Adam(learning_rate=0.01), [(9, "gelu", 0), (20, "gelu", 0.01)], seed=9),
    case("sgd", o.SGD(learning_rate=0.1), [(8, "linear", 0)], seed=5),
    case("sgd with momentum", o.SGD(learning_rate=0.05, momentum=0.9), [(8, "relu", 0.001)], seed=6),
    case("nesterov", o.SGD(learning_rate=0.05, momentum=0.9, nesterov=True), [], classes=5, seed=7),
]
print(json.dumps({"keras": keras.__version__, "cases": cases}, separators=(",", ":")))

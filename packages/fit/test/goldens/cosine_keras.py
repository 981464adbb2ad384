"""Writes cosine-keras.json: shares of the learning rate by Keras's CosineDecay, step by step.

    KERAS_BACKEND=tensorflow python cosine_keras.py > cosine-keras.json

Made with keras 3.15.1, tensorflow-cpu 2.21.0, Python 3.11.
"""
import json
import keras


def case(epochs, per_epoch, warmup, end):
    rising = warmup * per_epoch
    steps = epochs * per_epoch
    decay = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else 1.0, decay_steps=steps - rising, alpha=end,
        warmup_target=1.0 if warmup else None, warmup_steps=rising)
    return {"epochs": epochs, "perEpoch": per_epoch, "warmup": warmup, "end": end, "shares": [float(decay(s)) for s in range(steps)]}


print(json.dumps({"keras": keras.__version__, "cases": [case(7, 9, 0, 0), case(5, 10, 0, 0.1), case(6, 8, 2, 0.05)]}, separators=(",", ":")))

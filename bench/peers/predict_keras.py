"""Keras: `predict` over all training rows, probabilities alone or the hidden layer as well."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import tensorflow as tf

from contender import Clock, options, serve, threads
from networks import net, split

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
keras.utils.set_random_seed(1)
x, y, _, _ = split()
inputs = keras.Input((x.shape[1],))
hidden = keras.layers.Dense(net["hidden"][0], activation="relu")(inputs)
outputs = keras.layers.Dense(10, activation="softmax")(hidden)
model = keras.Model(inputs, outputs)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[:3200], y[:3200], batch_size=32, epochs=1, verbose=0)  # weights that are no longer symmetric; which ones is no matter
wanted = keras.Model(inputs, [hidden, outputs]) if options["what"] == "activations" else model
batch = options["batch"]


def run():
    if options["what"] == "evaluate":
        return model.evaluate(x, y, batch_size=batch, verbose=0)
    return wanted.predict(x, batch_size=batch, verbose=0)


run()


def repetition(_):
    with Clock() as clock:
        run()
    return clock, {}


serve(f"Keras {keras.__version__}, batches of {batch}", repetition)

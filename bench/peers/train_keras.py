"""Keras on TensorFlow: one epoch of `fit`, from the same first weights each time."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import tensorflow as tf

from contender import Clock, serve, threads
from networks import net, split

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
keras.utils.set_random_seed(1)
x, y, test, test_labels = split()
model = keras.Sequential(
    [keras.Input((x.shape[1],))]
    + [keras.layers.Dense(units, activation="relu") for units in net["hidden"]]
    + [keras.layers.Dense(10, activation="softmax")]
)
model.compile(optimizer=net["optimizer"], loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.optimizer.build(model.trainable_variables)
variables = model.weights + model.optimizer.variables
first = [variable.numpy() for variable in variables]
model.fit(x[: 4 * net["batch"]], y[: 4 * net["batch"]], batch_size=net["batch"], verbose=0)  # traces and compiles


def repetition(n):
    for variable, value in zip(variables, first):
        variable.assign(value)
    keras.utils.set_random_seed(n)
    with Clock() as clock:
        history = model.fit(x, y, batch_size=net["batch"], epochs=1, verbose=0)
    accuracy = float((model.predict(test, batch_size=2000, verbose=0).argmax(1) == test_labels).mean())
    return clock, {"accuracy": accuracy, "loss": history.history["loss"][0]}


serve(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", repetition)

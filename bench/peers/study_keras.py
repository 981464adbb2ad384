"""The nets of the study's script by Keras."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import tensorflow as tf

from contender import threads

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
VERSION = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
SOLVER = "auto"


class Net:
    """A trained net: x float32[N, D] in, hidden activations float32[N, H] and probabilities float32[N, 10] out."""

    def __init__(self, model):
        self.model = model
        self.both = keras.Model(model.inputs, [model.get_layer("hidden").output, model.outputs[0]])

    def evaluate(self, x, y):
        return self.model.evaluate(x, y, verbose=0)

    def predict(self, x):
        return self.both.predict(x, verbose=0)

    def hidden_weights(self):
        return self.model.get_layer("hidden").get_weights()[0]

    def summary(self):
        lines = []
        self.model.summary(print_fn=lambda line, **_: lines.append(f"{line}\n"))
        return "".join(lines)


def fit(x, y, valid, valid_y, units, epochs, file):
    """Trains by RMSprop, batch 32, and keeps the epoch of least validation loss. -> net, history"""
    keras.utils.set_random_seed(43)
    model = keras.Sequential([
        keras.Input((x.shape[1],)),
        keras.layers.Dense(units, activation="relu", name="hidden"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    checkpoint = keras.callbacks.ModelCheckpoint(f"{file}.keras", monitor="val_loss", save_best_only=True)
    history = model.fit(x, y, epochs=epochs, validation_data=(valid, valid_y), callbacks=[checkpoint], verbose=0).history
    return Net(keras.models.load_model(f"{file}.keras")), history

"""The nets of the study's script by JAX, as someone writes it who knows it: an epoch is one jitted scan."""
import jax_network as net_of  # first: it limits the threads
import jax
import jax.numpy as jnp
import numpy as np

VERSION = f"JAX {jax.__version__}"
SOLVER = "covariance_eigh"
BATCH = 32
forward = jax.jit(net_of.layers)


@jax.jit
def score(weights, x, y):
    """Mean cross-entropy and accuracy."""
    scores = net_of.layers(weights, x)[1]
    return net_of.loss(weights, x, y), (scores.argmax(1) == y).mean()


class Net:
    """A trained net: x float32[N, D] in, hidden activations float32[N, H] and probabilities float32[N, 10] out."""

    def __init__(self, weights):
        self.weights = weights

    def evaluate(self, x, y):
        return tuple(float(value) for value in score(self.weights, x, y))

    def predict(self, x):
        hidden, scores = forward(self.weights, x)
        return np.asarray(hidden[0]), np.asarray(jax.nn.softmax(scores))

    def hidden_weights(self):
        return np.asarray(self.weights[0][0])

    def summary(self):
        shapes = [w.shape for w, _ in self.weights]
        return f"layers {shapes}, {sum(w.size + b.size for w, b in self.weights)} parameters\n"


def fit(x, y, valid, valid_y, units, epochs, file):
    """Trains by RMSprop, batch 32, and keeps the epoch of least validation loss. -> net, history"""
    x, y, valid, valid_y = jnp.array(x), jnp.array(y, jnp.int32), jnp.array(valid), jnp.array(valid_y, jnp.int32)
    random = np.random.default_rng(43)
    state = net_of.new_state(net_of.glorot(43, [x.shape[1], units, 10]))
    epoch = jax.jit(net_of.epoch_function("rmsprop"))
    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    best = None
    for _ in range(epochs):
        state, _ = epoch(state, net_of.batches_of(random, len(x), BATCH), x, y)
        scores = [float(value) for rows in ((x, y), (valid, valid_y)) for value in score(state[0], *rows)]
        if best is None or scores[2] < min(history["val_loss"]):
            best = state[0]
        for key, value in zip(history, scores):
            history[key].append(value)
    np.savez(file, *jax.tree.leaves(best))
    return Net(best), history

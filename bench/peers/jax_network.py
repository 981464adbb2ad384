"""JAX: the net, its loss and its optimisers; limited to the threads of the comparison before JAX is imported."""
import os

from contender import threads

# XLA sizes its pools by the processors it may use
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import numpy as np


def glorot(seed, sizes):
    """Weights (fan_in, fan_out) and biases (fan_out,) of each layer."""
    keys = jax.random.split(jax.random.PRNGKey(seed), len(sizes) - 1)
    limit = lambda a, b: np.float32(np.sqrt(6 / (a + b)))
    return [
        (jax.random.uniform(key, (a, b), minval=-limit(a, b), maxval=limit(a, b)), jnp.zeros(b))
        for key, a, b in zip(keys, sizes, sizes[1:])
    ]


def layers(weights, x):
    """Activations of every hidden layer and the scores (before softmax)."""
    hidden = []
    for w, b in weights[:-1]:
        x = jax.nn.relu(x @ w + b)
        hidden.append(x)
    w, b = weights[-1]
    return hidden, x @ w + b


def loss(weights, x, y):
    """Mean cross-entropy."""
    scores = layers(weights, x)[1]
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(scores), y[:, None], 1))


def update(optimizer, weights, first, second, step, gradient, rate=1e-3, epsilon=1e-7):
    """One step of RMSprop (rho 0.9) or Adam (0.9, 0.999) with Keras's defaults; `step` counts from 1."""
    each = jax.tree.map
    if optimizer == "rmsprop":
        second = each(lambda s, g: 0.9 * s + 0.1 * g * g, second, gradient)
        return each(lambda w, s, g: w - rate * g / jnp.sqrt(s + epsilon), weights, second, gradient), first, second
    first = each(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = each(lambda s, g: 0.999 * s + 0.001 * g * g, second, gradient)
    corrected = rate * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return each(lambda w, m, s: w - corrected * m / (jnp.sqrt(s) + epsilon), weights, first, second), first, second


def new_state(weights):
    """Weights, both moments and the number of steps made."""
    zeros = jax.tree.map(jnp.zeros_like, weights)
    return weights, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.float32(0)


def epoch_function(optimizer):
    """A scan over all steps of an epoch, to be compiled as a whole: (state, batches int32[steps, batch], x, y) -> (state, mean loss)."""

    def step(carry, rows):
        (weights, first, second, t), x, y = carry
        value, gradient = jax.value_and_grad(loss)(weights, x[rows], y[rows])
        t = t + 1
        weights, first, second = update(optimizer, weights, first, second, t, gradient)
        return ((weights, first, second, t), x, y), value

    def epoch(state, batches, x, y):
        (state, _, _), values = jax.lax.scan(step, (state, x, y), batches)
        return state, values.mean()

    return epoch


def batches_of(random, rows, batch):
    """Row numbers int32[steps, batch] of a shuffled epoch; the rows that fill no whole batch are left out."""
    return jnp.array(random.permutation(rows)[: rows // batch * batch].reshape(-1, batch).astype(np.int32))

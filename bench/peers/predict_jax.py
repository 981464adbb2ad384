"""JAX: all training rows through the net by one jitted call, from its own array or, where `copy` is set, from NumPy's."""
import jax_network as net_of  # first: it limits the threads
import jax
import jax.numpy as jnp
import numpy as np

from contender import Clock, options, serve
from networks import net, split

x, y, _, _ = split()
labels = jnp.array(y.astype(np.int32))
weights = net_of.glorot(1, [x.shape[1], *net["hidden"], 10])
given = x if options.get("copy") else jnp.array(x)


def probabilities(rows):
    return jax.nn.softmax(net_of.layers(weights, rows)[1])


def activations(rows):
    hidden, scores = net_of.layers(weights, rows)
    return hidden[0], jax.nn.softmax(scores)


def evaluate(rows):
    scores = net_of.layers(weights, rows)[1]
    logs = jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1)
    return -logs.mean(), (scores.argmax(1) == labels).mean()


work = jax.jit({"predict": probabilities, "activations": activations, "evaluate": evaluate}[options["what"]])
with Clock() as compilation:
    jax.block_until_ready(work(given))


def repetition(_):
    with Clock() as clock:
        jax.block_until_ready(work(given))
    return clock, {"compileSeconds": compilation.seconds}


serve(f"JAX {jax.__version__}, compiled in {compilation.seconds:.1f} s", repetition)

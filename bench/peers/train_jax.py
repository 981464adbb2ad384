"""JAX: one epoch of the net from new weights, as one jitted scan over its batches: no step goes through Python."""
import jax_network as net_of  # first: it limits the threads
import jax
import jax.numpy as jnp
import numpy as np

from contender import Clock, serve
from networks import net, split

x, y, test, test_labels = (jnp.array(array) for array in split())
y = y.astype(jnp.int32)
sizes = [x.shape[1], *net["hidden"], 10]
predicted = jax.jit(lambda weights, rows: net_of.layers(weights, rows)[1].argmax(1))


def start(n):
    return net_of.new_state(net_of.glorot(n, sizes)), net_of.batches_of(np.random.default_rng(n), len(x), net["batch"])


with Clock() as compilation:
    epoch = jax.jit(net_of.epoch_function(net["optimizer"])).lower(*start(0), x, y).compile()


def repetition(n):
    state, batches = jax.block_until_ready(start(n))
    with Clock() as clock:
        state, _ = jax.block_until_ready(epoch(state, batches, x, y))
    accuracy = (predicted(state[0], test) == test_labels).mean()
    return clock, {"accuracy": float(accuracy), "compileSeconds": compilation.seconds}


serve(f"JAX {jax.__version__}, compiled in {compilation.seconds:.1f} s", repetition)

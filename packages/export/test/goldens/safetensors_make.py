"""Writes small.safetensors: a few tensors by the safetensors library.

    python safetensors_make.py

Made with safetensors 0.8.0, numpy, Python 3.11.
"""
import numpy as np
from safetensors.numpy import save_file

tensors = {
    "output.weight": np.array([[1.5, -2], [0.25, 3], [4, 5]], dtype=np.float32),
    "output.bias": np.array([0, -1, 2], dtype=np.float32),
    "hidden1.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
}
save_file(tensors, "small.safetensors", metadata={"classes": '["a","b","c"]'})

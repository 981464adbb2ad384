"""Writes the files of one stage: random bytes from a fixed seed, in the sizes of the real artifacts."""
import os
import sys

import numpy as np

name, kind = sys.argv[1:]
rows = {"train": 55000, "validation": 5000, "test": 10000}
row_bytes = {
    "pixels": {split: 784 * n for split, n in rows.items()},
    "components": {split: 154 * 4 * n for split, n in rows.items()},
    "selected": {split: 70 * n for split, n in rows.items()},
    "dataset": {"train": 784 * 60000, "test": 784 * 10000},
    "model": {"weights": 4 * (784 * 128 + 128 + 1290)},
    "activations": {split: (85 + 10) * 4 * n for split, n in rows.items()},
    "embedding": {"tsne": 8 * 55000, "pca2": 8 * 55000, "pca3": 12 * 55000},
    "report": {"index": 4_000_000},
}
folder = os.path.join("artifacts", name)
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(len(name))
for file, size in row_bytes[kind].items():
    random.integers(0, 256, size, np.uint8).tofile(os.path.join(folder, f"{file}.bin"))

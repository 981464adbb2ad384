"""What every peer shares: the data, the clock, and the conversation with bench.mjs.

A peer is started with one JSON argument, says it is ready on standard output, and then runs
one repetition for every line it reads, answering with one line of JSON. Preparing (imports,
loading, warming up) is therefore never inside the measured time.
"""
import json
import os
import resource
import sys
import time

import numpy as np

options = json.loads(sys.argv[1])
threads = int(options.get("threads", 1))


def matrix(name, dtype, columns):
    """A raw little-endian file of the bench's data folder, as rows of `columns`."""
    values = np.fromfile(os.path.join(options["data"], name), dtype=dtype)
    return values.reshape(-1, columns) if columns > 1 else values


def images(split):
    return matrix(f"{split}-images.u8", np.uint8, 784), matrix(f"{split}-labels.u8", np.uint8, 1)


def training_rows():
    """The rows that follow those of validation, or the part of them that `factor` (at most 1) asks for."""
    pixels, labels = images("train")
    pixels, labels = pixels[options["validation"]:], labels[options["validation"]:]
    rows = round(len(pixels) * min(1, options.get("factor", 1)))
    return pixels[:rows], labels[:rows]


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Clock:
    """Wall and processor seconds of a `with` block."""

    def __enter__(self):
        self.cpu, self.start = cpu_seconds(), time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds, self.cpu = time.perf_counter() - self.start, cpu_seconds() - self.cpu


def serve(version, repetition):
    """Answers each line with `repetition(n)` -> (clock, other figures); ends with the input."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers

    def say(value):
        out.write(json.dumps(value) + "\n")
        out.flush()

    say({"ready": True, "version": version})
    for n, _ in enumerate(sys.stdin):
        clock, figures = repetition(n)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
        say({"seconds": clock.seconds, "cpuSeconds": clock.cpu, "peakMB": peak, **figures})

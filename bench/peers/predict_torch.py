"""PyTorch: probabilities, and the hidden layer as well, over all training rows."""
import torch

from contender import Clock, options, serve, threads
from networks import net, split

torch.set_num_threads(threads)
x, y, _, _ = (torch.from_numpy(array) for array in split())
torch.manual_seed(1)
first, last = torch.nn.Linear(x.shape[1], net["hidden"][0]), torch.nn.Linear(net["hidden"][0], 10)


@torch.inference_mode()
def run():
    for start in range(0, len(x), options["batch"]):
        hidden = first(x[start:start + options["batch"]]).relu()
        scores = last(hidden)
        if options["what"] == "evaluate":
            rows = y[start:start + options["batch"]]
            torch.nn.functional.cross_entropy(scores, rows), (scores.argmax(1) == rows).sum()
        else:
            scores.softmax(1)


def repetition(_):
    with Clock() as clock:
        run()
    return clock, {}


serve(f"PyTorch {torch.__version__}, batches of {options['batch']}", repetition)

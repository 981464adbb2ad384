"""PyTorch: probabilities, and the hidden layer as well, over all training rows."""
import torch

from contender import Clock, options, serve, threads
from networks import net, split

torch.set_num_threads(threads)
x, y, test, test_labels = (torch.from_numpy(array) for array in split())
torch.manual_seed(1)
first, last = torch.nn.Linear(x.shape[1], net["hidden"][0]), torch.nn.Linear(net["hidden"][0], 10)
step = torch.optim.RMSprop([*first.parameters(), *last.parameters()], lr=1e-3, alpha=0.9, eps=1e-7)
for start in range(0, len(x), 32):
    step.zero_grad()
    loss = torch.nn.functional.cross_entropy(last(first(x[start:start + 32]).relu()), y[start:start + 32])
    loss.backward()
    step.step()


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
    with torch.inference_mode():
        accuracy = (last(first(test).relu()).argmax(1) == test_labels).float().mean().item()
    return clock, {"accuracy": accuracy}


serve(f"PyTorch {torch.__version__}, batches of {options['batch']}", repetition)

"""PyTorch: one epoch of the net from new weights."""
import torch

from contender import Clock, serve, threads
from networks import net, split

torch.set_num_threads(threads)
x, y, test, test_labels = (torch.from_numpy(array) for array in split())


def build():
    sizes = [x.shape[1], *net["hidden"], 10]
    layers = []
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
        layer = torch.nn.Linear(fan_in, fan_out)
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        layers += [layer] if i == len(sizes) - 2 else [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers)


def optimizer(model):
    if net["optimizer"] == "adam":
        return torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    return torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7, foreach=True)


def epoch(model, step):
    order = torch.randperm(len(x))
    for start in range(0, len(x), net["batch"]):
        rows = order[start:start + net["batch"]]
        step.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        step.step()


def repetition(n):
    torch.manual_seed(n)
    model = build()
    step = optimizer(model)
    with Clock() as clock:
        epoch(model, step)
    with torch.no_grad():
        accuracy = (model(test).argmax(1) == test_labels).float().mean().item()
    return clock, {"accuracy": accuracy}


serve(f"PyTorch {torch.__version__}", repetition)

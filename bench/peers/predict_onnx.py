"""ONNX Runtime: all training rows through the net in one call, from a NumPy array."""
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from contender import Clock, options, serve, threads
from networks import net, split

x, y, _, _ = split()
units = net["hidden"][0]
random = np.random.default_rng(1)


def model():
    """784 -> ReLU -> softmax as an ONNX graph that gives the hidden layer too where it is asked for."""
    value = lambda name, columns: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", columns])
    constant = lambda name, *shape: numpy_helper.from_array(random.normal(0, 0.05, shape).astype(np.float32), name)
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["z1"]),
        helper.make_node("Relu", ["z1"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "w2", "b2"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    constants = [constant("w1", 784, units), constant("b1", units), constant("w2", units, 10), constant("b2", 10)]
    outputs = [value("probabilities", 10), *([value("hidden", units)] if options["what"] == "activations" else [])]
    graph = helper.make_graph(nodes, "net", [value("x", 784)], outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(model(), settings, providers=["CPUExecutionProvider"])


def run():
    probabilities = session.run(None, {"x": x})[0]
    if options["what"] == "evaluate":
        -np.log(probabilities[np.arange(len(y)), y]).mean(), (probabilities.argmax(1) == y).mean()


run()


def repetition(_):
    with Clock() as clock:
        run()
    return clock, {}


serve(f"ONNX Runtime {onnxruntime.__version__}", repetition)

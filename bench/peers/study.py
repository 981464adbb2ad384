"""The whole assignment as one script: exp1 to exp5 with every analysis, as a notebook would do it.

Nets by Keras or, with "fast", by JAX with an epoch as one jitted scan and PCA by its covariance solver;
scikit-learn, openTSNE and matplotlib, each with the threads it wants. One argument:
{"data": folder, "validation": 5000, "output": folder, "threads": 2, "fast": false}. Answers one line, as every peer.
"""
import os

from contender import options

if options.get("fast"):
    import study_jax as nets  # first: it limits the threads
else:
    import study_keras as nets
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import openTSNE
from matplotlib.colors import LogNorm
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, mean_squared_error

from contender import Clock, images, serve, threads

EXPERIMENTS = {"exp1": (1, 30), "exp2": (2, 30), "exp3": (128, 20), "exp4": (85, 15), "exp5": (85, 30)}
folder = options["output"]


def save(name):
    plt.savefig(os.path.join(folder, f"{name}.png"), dpi=80)
    plt.close("all")


def digits(name, rows, columns=10):
    count = max(1, -(-len(rows) // columns))
    _, axes = plt.subplots(count, columns, figsize=(columns, count), squeeze=False)
    for axis in axes.ravel():
        axis.axis("off")
    for axis, row in zip(axes.ravel(), rows):
        axis.imshow(np.asarray(row).reshape(28, 28), cmap="gray_r")
    save(name)


def look(pixels, labels, test_labels):
    counts = np.bincount(labels), np.bincount(test_labels)
    plt.bar(range(10), counts[0])
    save("classes")
    digits("sample", pixels[:50])
    random = np.random.default_rng(0)
    digits("classes-sample", [pixels[random.choice(np.flatnonzero(labels == c))] for c in range(10)])
    np.savetxt(os.path.join(folder, "image.txt"), pixels[0].reshape(28, 28), fmt="%3d")


def train(name, x, y, valid, valid_y):
    units, epochs = EXPERIMENTS[name]
    model, history = nets.fit(x, y, valid, valid_y, units, epochs, os.path.join(folder, name))
    _, axes = plt.subplots(1, 2)
    for axis, key in zip(axes, ("loss", "accuracy")):
        axis.plot(history[key])
        axis.plot(history[f"val_{key}"])
    save(f"{name}-history")
    return model


def confusion(name, truth, predicted):
    counts = confusion_matrix(truth, predicted)
    shown = [(counts, None), (counts / counts.sum(1, keepdims=True), None), (counts + 0.5, LogNorm())]
    _, axes = plt.subplots(1, 3, figsize=(18, 6))
    for axis, (values, norm) in zip(axes, shown):
        axis.imshow(values, norm=norm)
        for (i, j), value in np.ndenumerate(values):
            axis.text(j, i, f"{value:.3g}", ha="center", fontsize=6)
    save(f"{name}-confusion")
    return counts


def errors(name, pixels, truth, predicted, probabilities, counts):
    off = counts - np.diag(np.diag(counts))
    a, b = np.unravel_index((off + off.T).argmax(), off.shape)
    for t in (a, b):
        for p in (a, b):
            digits(f"{name}-{t}-as-{p}", pixels[(truth == t) & (predicted == p)][:25], 5)
    wrong = np.flatnonzero(truth != predicted)
    gap = probabilities[wrong, predicted[wrong]] - probabilities[wrong, truth[wrong]]
    digits(f"{name}-worst", pixels[wrong[np.argsort(-gap)[:25]]], 5)


def histograms(name, truth, probabilities):
    _, axes = plt.subplots(2, 5, figsize=(15, 6))
    for c, axis in enumerate(axes.ravel()):
        axis.hist(probabilities[truth == c, c], bins=50, log=True, alpha=0.5)
        axis.hist(probabilities[truth != c, c], bins=50, log=True, alpha=0.5)
    save(f"{name}-probabilities")


def boxes(name, hidden, truth, predicted):
    """Of every node by predicted and by true class, 16 nodes a picture; and the range per class."""
    for start in range(0, hidden.shape[1], 16):
        nodes = range(start, min(start + 16, hidden.shape[1]))
        _, axes = plt.subplots(len(nodes), 2, figsize=(10, 2 * len(nodes)), squeeze=False)
        for node, pair in zip(nodes, axes):
            for axis, by in zip(pair, (predicted, truth)):
                axis.boxplot([hidden[by == c, node] for c in range(10)], whis=(0, 100))
        save(f"{name}-boxes-{start}")
    ranges = [(hidden[truth == c].min(0), hidden[truth == c].max(0)) for c in range(10)]
    np.save(os.path.join(folder, f"{name}-ranges.npy"), np.array(ranges))


def scatter(name, points, colours, pixels=None):
    _, axis = plt.subplots(figsize=(10, 10))
    axis.scatter(points[:, 0], points[:, 1], c=colours, cmap="tab10", s=3)
    if pixels is not None:
        span = np.ptp(points, axis=0).max()
        placed = np.array([[np.inf, np.inf]])
        for row, point in enumerate(points[:10000]):
            if ((placed - point) ** 2).sum(1).min() > (span / 25) ** 2:
                placed = np.vstack([placed, point])
                axis.add_artist(AnnotationBbox(OffsetImage(pixels[row].reshape(28, 28), cmap="gray_r", zoom=0.6), point))
    save(name)


def map_of(name, hidden, predicted, pixels):
    for rows in (10000, len(hidden)):
        model = openTSNE.TSNE(perplexity=40, n_jobs=threads, random_state=43, initialization="pca", early_exaggeration_iter=250, n_iter=50)
        scatter(f"{name}-tsne-{rows}", np.asarray(model.fit(hidden[:rows])), predicted[:rows], pixels)


def analyse(name, model, x, y, pixels, test, test_y, test_pixels):
    loss, accuracy = model.evaluate(test, test_y)
    _, probabilities = model.predict(test)
    predicted = probabilities.argmax(1)
    np.savetxt(os.path.join(folder, f"{name}-first.txt"), probabilities[:20], fmt="%.4f")
    with open(os.path.join(folder, f"{name}.txt"), "w") as report:
        report.write(model.summary())
        report.write(classification_report(test_y, predicted, zero_division=0))
        report.write(f"accuracy {accuracy_score(test_y, predicted)}, label RMSE {np.sqrt(mean_squared_error(test_y, predicted))}\n")
    hidden, of_train = model.predict(x)
    train_predicted = of_train.argmax(1)
    confusion(f"{name}-train", y, train_predicted)
    errors(name, test_pixels, test_y, predicted, probabilities, confusion(f"{name}-test", test_y, predicted))
    histograms(name, test_y, probabilities)
    boxes(name, hidden, y, train_predicted)
    return hidden, train_predicted, {"test": float(accuracy), "loss": float(loss), "train": float((train_predicted == y).mean())}


def own_figures(name, model, hidden, predicted, x, y, pixels):
    if name == "exp1":
        digits("exp1-pattern", [model.hidden_weights()[:, 0]], 1)
    if name == "exp2":
        scatter("exp2-nodes", hidden, predicted)
    if name == "exp3":
        scatter("exp3-raw", x[:, [77, 78]], y)
        scatter("exp3-pixels-pca", PCA(2, svd_solver=nets.SOLVER).fit_transform(x), y)
    if hidden.shape[1] > 2:
        scatter(f"{name}-pca2", PCA(2, svd_solver=nets.SOLVER).fit_transform(hidden), predicted)
        plt.figure().add_subplot(projection="3d").scatter(*PCA(3, svd_solver=nets.SOLVER).fit_transform(hidden).T, c=predicted, cmap="tab10", s=3)
        save(f"{name}-pca3")
    if name in options["maps"]:
        map_of(name, hidden, predicted, pixels)


def study():
    os.makedirs(folder, exist_ok=True)
    raw, labels = images("train")
    raw_test, test_y = images("test")
    held = options["validation"]
    look(raw, labels, test_y)
    scaled, scaled_test = raw.astype(np.float32) / 255, raw_test.astype(np.float32) / 255
    pixels, y, valid_y = raw[held:], labels[held:].astype(np.int64), labels[:held].astype(np.int64)
    spaces = {"pixels": (scaled[held:], scaled[:held], scaled_test)}
    pca = PCA(0.95, svd_solver=nets.SOLVER).fit(spaces["pixels"][0])
    spaces["exp4"] = tuple(pca.transform(part) for part in spaces["pixels"])
    forest = RandomForestClassifier(100, n_jobs=threads, random_state=42).fit(spaces["pixels"][0], y)
    plt.imshow(forest.feature_importances_.reshape(28, 28), cmap="hot")
    save("exp5-importances")
    chosen = np.sort(np.argsort(-forest.feature_importances_)[:70])
    spaces["exp5"] = tuple(part[:, chosen] for part in spaces["pixels"])
    results = {}
    for name in EXPERIMENTS:
        x, valid, test = spaces.get(name, spaces["pixels"])
        model = train(name, x, y, valid, valid_y)
        hidden, predicted, results[name] = analyse(name, model, x, y, pixels, test, test_y, raw_test)
        own_figures(name, model, hidden, predicted, x, y, pixels)
    return {f"{name} {key}": value for name, scores in results.items() for key, value in scores.items()}


def repetition(_):
    with Clock() as clock:
        figures = study()
    return clock, figures


serve(nets.VERSION, repetition)

# AUROC and the text vectors of a product (RVS: largest DBSCAN cluster), as the product computes them.
# Runs inside evaluate.py, export.py and samples.py.
import numpy as np


def auroc(scores, labels):
    """Mann-Whitney, ties count one half; nan when a class is missing."""
    scores, labels = np.asarray(scores, np.float64).ravel(), np.asarray(labels, bool).ravel()
    pos = int(labels.sum())
    neg = labels.size - pos
    if not pos or not neg:
        return float('nan')
    order = np.argsort(scores, kind='stable')
    s = scores[order]
    edges = np.flatnonzero(np.r_[True, s[1:] != s[:-1], True])
    mid = (edges[:-1] + edges[1:] + 1) / 2  # mean rank of each tie group, from 1
    ranks = np.repeat(mid, np.diff(edges))
    return float((ranks[labels[order]].sum() - pos * (pos + 1) / 2) / (pos * neg))


def largest_cluster(rows, eps=0.5, least=15):
    """Indices of the largest DBSCAN cluster of unit rows (index-order flood fill), or all rows."""
    near = np.sqrt(np.maximum(2 - 2 * rows @ rows.T, 0)) <= eps
    core = near.sum(1) >= least
    label = np.full(len(rows), -1)
    count = 0
    for i in range(len(rows)):
        if label[i] >= 0 or not core[i]:
            continue
        stack = [i]
        while stack:
            k = stack.pop()
            if label[k] >= 0:
                continue
            label[k] = count
            if core[k]:
                stack.extend(np.flatnonzero(near[k] & (label < 0)))
        count += 1
    if not count:
        return np.arange(len(rows))
    sizes = np.bincount(label[label >= 0])
    return np.flatnonzero(label == sizes.argmax())


def representative(rows):
    """RVS vector of one class, and how many prompts it stands on."""
    pick = largest_cluster(rows)
    r = rows[pick].mean(0)
    return r / np.linalg.norm(r), len(pick)


def minmax(v):
    v = np.asarray(v, np.float64)
    return (v - v.min()) / max(v.max() - v.min(), 1e-12)

"""Fashion-MNIST as the others read it."""
import gzip

import numpy as np


def read(folder):
    """Returns the images of the training and of the test set as rows, each pixel
    scaled to mean 0 and deviation 1 in the training set, and the labels."""
    (X, y), (X_test, y_test) = (read_part(folder, part) for part in ("train", "t10k"))
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    return (X - mean) / deviation, y, (X_test - mean) / deviation, y_test


def read_part(folder, part):
    with gzip.open("%s/%s-images-idx3-ubyte.gz" % (folder, part)) as f:
        images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open("%s/%s-labels-idx1-ubyte.gz" % (folder, part)) as f:
        labels = np.frombuffer(f.read(), np.uint8, offset=8)
    return images.astype(np.float32), labels.astype(np.int64)

"""Fashion-MNIST as the others read it."""
import gzip

import numpy as np


def read(folder, part):
    """Returns the images as rows of numbers from 0 to 1, and the labels."""
    with gzip.open("%s/%s-images-idx3-ubyte.gz" % (folder, part)) as f:
        images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open("%s/%s-labels-idx1-ubyte.gz" % (folder, part)) as f:
        labels = np.frombuffer(f.read(), np.uint8, offset=8)
    return images.astype(np.float32) / 255, labels.astype(np.int64)

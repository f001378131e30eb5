"""784-128-10 on Fashion-MNIST in scikit-learn: ten epochs of Adam."""
import json
import pickle
import sys
import warnings

from sklearn.neural_network import MLPClassifier

import fashion

warnings.simplefilter("ignore")  # ten epochs are not all that it would like
X, y, X_test, y_test = fashion.read(sys.argv[1])
net = MLPClassifier([128], alpha=0, batch_size=128, learning_rate_init=0.001, max_iter=10, tol=0, random_state=1)
net.fit(X, y)
with open(sys.argv[2] + "/sklearn.pickle", "wb") as f:
    pickle.dump(net, f)
print(json.dumps({"test_accuracy": net.score(X_test, y_test)}))

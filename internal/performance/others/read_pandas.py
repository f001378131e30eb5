"""The seconds that pandas takes to read a file, the best of some."""
import json
import sys
import time

import pandas


def seconds():
    start = time.perf_counter()
    pandas.read_csv(sys.argv[1])
    return time.perf_counter() - start


print(json.dumps({"seconds": min(seconds() for _ in range(int(sys.argv[2])))}))

"""The seconds that pandas takes to read a file."""
import json
import sys
import time

import pandas

start = time.perf_counter()
pandas.read_csv(sys.argv[1])
print(json.dumps({"seconds": time.perf_counter() - start}))

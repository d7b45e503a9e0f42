"""`python -m tests.bench` is `tests/bench/run.py`."""

import sys

from tests.bench.run import main

sys.exit(main(sys.argv[1:]))

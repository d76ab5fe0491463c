"""What is not collected: the tests that put something under load, where no compiler is at hand."""

import shutil

from benchmarks.generator import COMPILER

_COMPILED = [
    "test_answers.py",
    "test_benchmarks.py",
    "test_buckets.py",
    "test_flames.py",
    "test_function.py",
    "test_generator.py",
    "test_load.py",
    "test_soak.py",
    "test_timeline.py",
]
collect_ignore = [] if shutil.which(COMPILER) else _COMPILED

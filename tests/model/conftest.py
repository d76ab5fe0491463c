"""What is not collected: the tests of the walk, where no compiler was at hand to make it."""

from importlib.util import find_spec

_COMPILED = ["test_form.py", "test_native.py", "test_walk.py"]
collect_ignore = [] if find_spec("model._trees") else _COMPILED

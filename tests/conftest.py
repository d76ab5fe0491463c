"""What holds for every test of every room."""

import gc


def pytest_collection_finish() -> None:
    """Take what has been imported out of the garbage collector's sight.

    It is some hundred megabytes that live as long as the process; to look through them again and
    again took a tenth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)

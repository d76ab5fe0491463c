"""What the benchmarks take: refused in a line before anything is started."""

from collections.abc import Callable, Sequence

import pytest

from benchmarks import __main__ as beside
from benchmarks import batch, flames, function, overload, soak, workers

Main = Callable[[Sequence[str]], object]


@pytest.mark.parametrize(
    ("main", "argv", "message"),
    [
        (beside.main, "--rounds 0", "'0' is no whole number from 1 to 1,000"),
        (beside.main, "--rounds 1.5", "'1.5' is no whole number from 1 to 1,000"),
        (beside.main, "--seconds 0", "'0' is no number from 0.1 to 86,400"),
        (beside.main, "--seconds nan", "'nan' is no number from 0.1 to 86,400"),
        (
            beside.main,
            "--bundle nowhere",
            "'nowhere' is no bundle: a directory with a manifest.json",
        ),
        (soak.main, "--seconds -5", "'-5' is no number from 0.1 to 86,400"),
        (soak.main, "--rate 1e99", "'1e99' is no number from 0.1 to 10,000,000"),
        (soak.main, "--parts 4", "'4' is no whole number from 5 to 1,000"),
        (soak.main, "--workers 257", "'257' is no whole number from 1 to 256"),
        (soak.main, "--seconds 1 --rate 1", "there are more parts than requests"),
        (batch.main, "--rows 0", "'0' is no whole number from 1 to 10,000,000"),
        (batch.main, "--rounds x", "'x' is no whole number from 1 to 1,000"),
        (flames.main, "--seconds 1.5", "'1.5' is no whole number from 1 to 86,400"),
        (function.main, "--starts 0", "'0' is no whole number from 1 to 1,000"),
        (function.main, "--seconds 0", "'0' is no number from 0.1 to 86,400"),
        (function.main, "--emulator nowhere", "there is no emulator nowhere"),
        (overload.main, "--seconds 0", "'0' is no number from 0.1 to 86,400"),
        (overload.main, "--factors 1 0", "'0' is no number from 0.01 to 100"),
        (workers.main, "--rounds 0", "'0' is no whole number from 1 to 1,000"),
    ],
    ids=lambda each: getattr(each, "__module__", each),
)
def test_what_cannot_be_measured_is_refused(
    main: Main, argv: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As wrong usage, with what was given and what is allowed."""
    with pytest.raises(SystemExit, match="2"):
        main(argv.split())
    assert message in capsys.readouterr().err

import pytest
from starlette.testclient import TestClient

from tests.api.asked_batches import CSV, GOOD_CSV, answered, batch
from tests.api.asking import assert_problem, assert_well_formed, in_process
from tests.api.bad_inputs import BAD_INPUTS, BadInput
from tests.api.bad_rows import BAD_ROWS, BadRow
from tests.api.bad_texts import GOOD

JSON_ROWS = [each for each in BAD_ROWS if each.content_type != CSV]
CSV_ROWS = [each for each in BAD_ROWS if each.content_type == CSV]


def test_there_are_many() -> None:
    """At least 80 bad inputs are tried, each of another name."""
    assert len({each.name for each in BAD_INPUTS}) == len(BAD_INPUTS) >= 80
    assert len({each.name for each in BAD_ROWS}) == len(BAD_ROWS)


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name[:60])
def test_bad_input(bad: BadInput, client: TestClient) -> None:
    """A client's mistake gets one clear 4xx problem that names the field at fault."""
    assert_problem(in_process(client)(bad.question()), bad.status, bad.field)


@pytest.mark.parametrize("bad", JSON_ROWS, ids=lambda bad: bad.name[:60])
def test_bad_row(bad: BadRow, client: TestClient) -> None:
    """A bad row is refused on its own: the rows before and after it are answered."""
    question = batch(bad.content_type, [GOOD, bad.text, GOOD])
    before, refused, after = answered(in_process(client)(question))
    assert_well_formed(refused, bad.status, bad.field)
    assert before["shipping_estimated_price"] == after["shipping_estimated_price"] > 0


@pytest.mark.parametrize("bad", CSV_ROWS, ids=lambda bad: bad.name[:60])
def test_bad_csv_row(bad: BadRow, client: TestClient) -> None:
    """A bad line of CSV is refused in its `error` column: the lines around it are answered."""
    question = batch(CSV, [GOOD_CSV, bad.text, GOOD_CSV])
    before, refused, after = answered(in_process(client)(question))
    assert (bad.field or "line") in refused["error"]
    assert refused["shipping_estimated_price"] == refused["prediction_id"] == ""
    assert before["shipping_estimated_price"] == after["shipping_estimated_price"] > "0"
    assert before["error"] == after["error"] == ""

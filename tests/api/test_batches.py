import csv
import io
import json
from collections.abc import Sequence

import pytest

from api.batches import Format, JsonArray, JsonLines, formats
from api.csvbatches import Csv
from api.problems import Problem
from api.records import Document, Record
from api.rows import RowReader
from model import Feature

READER = RowReader([Feature("x", "x"), Feature("label", "label", categories=("a", 'b,"c'))])
ANSWER: Document = {
    "fee": 1.5,
    "interval": None,
    "warnings": [],
    "model_version": "v",
    "prediction_id": "i",
}
LONGEST = 1_000_000
NAMES = ["x", "label"]
WARNING = {"field": "x", "message": "x is high"}


def rows(form: Format, text: str) -> list[Sequence[float] | int]:
    """The rows of a text; a problem by its status."""
    read = (record.row for record in form.read(text, READER, LONGEST) if record is not None)
    return [row.status if isinstance(row, Problem) else row for row in read]


def written(form: Format, *records: Record) -> str:
    answers = [r.row.document() if isinstance(r.row, Problem) else ANSWER for r in records]
    return form.head + form.separator.join(map(form.write, records, answers)) + form.tail


def test_every_media_type_has_its_format() -> None:
    """The first type is the default; three names stand for JSON lines."""
    known = formats(NAMES, "fee")
    assert next(iter(known)) == "application/json"
    assert {name for name, form in known.items() if isinstance(form, JsonLines)} == {
        "application/x-ndjson",
        "application/jsonl",
        "application/x-jsonlines",
    }
    assert isinstance(known["text/csv"], Csv)


def test_array() -> None:
    """An array gives a record an element, good or bad, and is written as one."""
    text = '[{"x": 1, "label": "a"}, {"x": 1}, 7, {"x": 2, "x": 2}]'
    assert rows(JsonArray(), text) == [[1, 0], 422, 422, 422]
    good, bad = Record([1.0, 0.0]), Record(Problem(422, "no"))
    assert json.loads(written(JsonArray(), good, bad)) == [ANSWER, Problem(422, "no").document()]
    assert written(JsonArray()) == "[]"


def test_lines() -> None:
    """Lines give a record each, empty ones none; one that is no JSON is refused on its own."""
    text = '{"x": 1, "label": "a"}\r\n\n  \t\r\n{"x":\n"NaN"\n{"x": 2, "label": "b,\\"c"}'
    assert rows(JsonLines(), text) == [[1, 0], 400, 422, [2, 1]]
    text = written(JsonLines(), Record([1.0, 0.0]), Record(Problem(400, "line\nend")))
    assert [json.loads(line) for line in text.splitlines()] == [
        ANSWER,
        Problem(400, "line\nend").document(),
    ]


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x1c", "\r"])
def test_only_line_feeds_end_lines(separator: str) -> None:
    """What other readers take for a line end is inside a line: here, inside a JSON string."""
    line = f'{{"x": 1, "label": "{separator}"}}'
    assert rows(JsonLines(), f"{line}\n{line}") in ([422, 422], [400, 400])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv(end: str) -> None:
    """A CSV is read by its header, with any line ends, quotes and empty lines."""
    lines = ["label, x ", "a,1", "", '"b,""c",2', "a", "a,1,2", "a,", "c,1"]
    assert rows(Csv(NAMES, "fee"), end.join(lines)) == [[1, 0], [2, 1], 422, 422, 422, 422]


@pytest.mark.parametrize(
    "text", ['x,label\n"1,a', 'x,label\n1,"a"b\n', '"x,label', "x,label\n" + "1" * 200_000 + ",a"]
)
def test_csv_that_cannot_be_read_on(text: str) -> None:
    """Where quotes do not match, nothing after can be trusted: the line is named."""
    with pytest.raises(Problem, match="The CSV cannot be read at line ") as caught:
        rows(Csv(NAMES, "fee"), text)
    assert caught.value.status == 400


def test_csv_is_written_with_what_was_given() -> None:
    """An answer's line has the fields as they came, then price, bounds, warnings or error."""
    interval = {"low": 1, "high": 2, "coverage": 0.9}
    records = [
        Record([1.0, 1.0], [" 1e0", 'b,"c']),
        Record(Problem(422, "x is\nwrong"), ["=", ""]),
    ]
    answers = [
        ANSWER | {"interval": interval, "warnings": [WARNING] * 2},
        Problem(422, "x is\nwrong").document(),
    ]
    form = Csv(NAMES, "fee")
    text = form.head + "".join(map(form.write, records, answers))
    header, first, second = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header[:5] == ["x", "label", "fee", "fee_low", "fee_high"]
    assert first == [" 1e0", 'b,"c', "1.5", "1", "2", "x is high; x is high", "v", "i", ""]
    assert second == ["=", "", "", "", "", "", "", "", "x is\nwrong"]


def test_csv_gives_back_what_stands_under_a_name() -> None:
    """In the model's order, whatever the order and the number of fields: nothing for the others."""
    gappy = RowReader([Feature("x", "x"), Feature("y", "y", missing=True), Feature("z", "z")])
    lines = Csv(["x", "y", "z"], "fee").read("z,x\n1,2\n3\n4,5,6\n", gappy, LONGEST)
    assert [record.given for record in lines if record] == [
        ["2", "", "1"],
        ["", "", "3"],
        ["5", "", "4"],
    ]


def test_csv_of_a_target_named_like_a_problem() -> None:
    """A target may have any name: what is a problem is told by the record."""
    answer = {"detail": 2.5} | {name: value for name, value in ANSWER.items() if name != "fee"}
    assert Csv(["x"], "detail").write(Record([1.0], ["1"]), answer) == "1,2.5,,,,v,i,\r\n"


@pytest.mark.parametrize("form", [JsonLines(), Csv(NAMES, "fee")])
def test_lines_that_are_too_long_or_empty(form: Format) -> None:
    """An empty line counts as one that gives nothing; one that is too long is refused unread."""
    head = "x,label\n" if isinstance(form, Csv) else ""
    assert list(form.read(head + "\n\n", READER, LONGEST)) == [None, None]
    records = form.read(head + "[" * 1001, READER, 1000)
    with pytest.raises(Problem, match="The line has more than 1000 characters") as caught:
        raise next(filter(None, records)).row  # type: ignore[misc]  # a problem, or raised above
    assert caught.value.status == 413

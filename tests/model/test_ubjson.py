"""UBJSON: decoded as the library writes it, refused where a length lies."""

import json
import struct
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ubjson import Malformed, decode_ubjson
from tests.model.builders import booster
from tests.steady import STEADY


def plain(value: Any) -> Any:
    """The same value with lists in place of arrays."""
    if isinstance(value, array):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def test_a_model_decodes_to_what_its_json_says() -> None:
    """Every member, number and array of a booster saved both ways."""
    model = booster(types=["float", "c"])
    document = plain(decode_ubjson(bytes(model.save_raw("ubj"))))
    expected = json.loads(bytes(model.save_raw("json")))
    tree, wanted = (
        each["learner"]["gradient_booster"]["model"]["trees"][0] for each in (document, expected)
    )
    assert tree.keys() == wanted.keys()
    for key in ("left_children", "split_indices", "categories", "default_left", "tree_param"):
        assert tree[key] == wanted[key]
    assert tree["split_conditions"] == pytest.approx(wanted["split_conditions"])


def test_every_kind_of_value() -> None:
    """Constants, numbers of each size, texts, arrays with and without a length."""
    document = (
        b"{" + b"i\x01a" + b"T" + b"i\x01b" + b"F" + b"i\x01c" + b"Z"
        b"i\x01d" + b"i\xff" + b"i\x01e" + b"U\xff" + b"i\x01f" + b"I\x01\x00"
        b"i\x01g" + b"l\x00\x01\x00\x00" + b"i\x01h" + b"d" + struct.pack(">f", 0.5)
        + b"i\x01i" + b"D" + struct.pack(">d", 0.1) + b"i\x01j" + b"Si\x02\xc3\xa9"
        + b"i\x01k" + b"[i\x01i\x02]" + b"i\x01l" + b"[#i\x02TF" + b"i\x01m" + b"[$U#i\x02\x07\x08"
        + b"}"
    )  # fmt: skip
    assert plain(decode_ubjson(document)) == {
        "a": True, "b": False, "c": None, "d": -1, "e": 255, "f": 256, "g": 65536, "h": 0.5,
        "i": 0.1, "j": "é", "k": [1, 2], "l": [True, False], "m": [7, 8],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "in the middle of a value"),
        (b"{", "in the middle of a value"),
        (b"{i\x01", "in the middle of a value"),
        (b"{}}", "goes on after its end at byte 2"),
        (b"x", "the type 'x' at byte 0"),
        (b"{Z}", "a length at byte 2 is not possible"),
        (b"SL\x7f\xff\xff\xff\xff\xff\xff\xff", "a length at byte 10 is not possible"),
        (b"Si\xff", "a length at byte 3 is not possible"),
        (b"Si\x01\xff", "not UTF-8"),
        (b"[$S#i\x01", "has no type or no length"),
        (b"[$U!", "has no type or no length"),
        (b"[$D#i\x04\x00", "in the middle of a value"),
        (b"[" * 100, "nested too deeply"),
    ],
)
def test_what_is_not_whole_is_refused(document: bytes, words: str) -> None:
    """The message says where."""
    with pytest.raises(Malformed, match=words):
        decode_ubjson(document)


@STEADY
@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_bytes_do_harm(noise: bytes, place: int) -> None:
    """Whatever stands in a document, it decodes or is refused."""
    model = bytes(booster(rounds=1).save_raw("ubj"))
    for document in (noise, b"{" + noise, model[:place] + noise + model[place:]):
        try:
            decode_ubjson(document)
        except Malformed:
            continue

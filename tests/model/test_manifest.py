"""The manifest: one document, the same bytes for the same content."""

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from model.manifest import (
    FORMAT,
    Booster,
    Data,
    Feature,
    Golden,
    Interval,
    Manifest,
    Metrics,
    Scores,
    Target,
    Training,
    Versions,
    decode,
    encode,
    seal,
)
from tests import bundles
from tests.steady import STEADY

numbers = st.floats(allow_nan=False, allow_infinity=False)
maybe = st.none() | numbers
texts = st.text(max_size=12)
counts = st.integers(0, 10**9)
scores = st.builds(Scores, mae=numbers, rmse=numbers, coverage=maybe, width=maybe)
features = st.builds(
    Feature,
    name=texts,
    column=texts,
    unit=texts,
    description=texts,
    example=maybe | texts,
    minimum=maybe,
    maximum=maybe,
    missing=st.booleans(),
    categories=st.lists(texts, max_size=3).map(tuple),
    training=st.none()
    | st.builds(
        Training,
        minimum=numbers,
        maximum=numbers,
        edges=st.lists(numbers, max_size=3).map(tuple),
        shares=st.lists(numbers, max_size=4).map(tuple),
        missing_share=numbers,
    ),
)
manifests = st.builds(
    Manifest,
    format=st.just(FORMAT),
    version=texts,
    target=st.builds(
        Target, name=texts, column=texts, unit=texts, decimals=st.none() | counts, minimum=maybe
    ),
    features=st.lists(features, max_size=3).map(tuple),
    booster=st.builds(
        Booster,
        file=texts,
        sha256=texts,
        objective=texts,
        link=st.sampled_from(["identity", "log"]),
        iterations=st.tuples(counts, counts),
        outputs=counts,
        price=counts,
        low=st.none() | counts,
        high=st.none() | counts,
    ),
    golden=st.lists(
        st.builds(
            Golden,
            row=st.lists(maybe, max_size=3).map(tuple),
            price=numbers,
            low=maybe,
            high=maybe,
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    versions=st.builds(Versions, xgboost=texts, python=texts),
    interval=st.none()
    | st.builds(
        Interval,
        coverage=numbers,
        method=st.sampled_from(["cqr", "split"]),
        low_offset=numbers,
        high_offset=numbers,
        least_width=numbers,
    ),
    metrics=st.none()
    | st.builds(
        Metrics,
        split=texts,
        rows=counts,
        model=scores,
        baselines=st.dictionaries(texts, scores, max_size=2),
    ),
    data=st.none()
    | st.builds(Data, rows=counts, sha256=texts, start=st.none() | texts, end=st.none() | texts),
)


@STEADY
@given(manifests)
def test_a_manifest_survives_its_document(manifest: Manifest) -> None:
    """Every member and every digit; the bytes are the same again, and so is the version."""
    document = encode(manifest)
    assert decode(document) == manifest
    assert encode(decode(document)) == document
    assert seal(decode(document)) == seal(manifest)


@STEADY
@given(manifests, manifests)
def test_the_version_is_that_of_the_content(one: Manifest, other: Manifest) -> None:
    """Whatever version stood there and whatever made it; another content has another version."""
    sealed = seal(one)
    assert len(sealed.version) == 12
    assert set(sealed.version) <= set("0123456789abcdef")
    elsewhere = replace(one, version="x", versions=Versions(xgboost="9.9", python="4.0"))
    assert seal(elsewhere).version == sealed.version
    same = replace(other, version="x", versions=elsewhere.versions) == elsewhere
    assert (seal(other).version == sealed.version) == same


def test_a_document_is_made_to_be_read_and_compared() -> None:
    """Indented, in the order of the manifest, with a line end; defaults left out."""
    document = encode(bundles.shipping().manifest)
    text = document.decode()
    assert text.startswith('{\n  "format": 1,\n  "version": "')
    assert text.endswith("}\n")
    assert "categories" not in text
    assert list(json.loads(document))[:4] == ["format", "version", "target", "features"]


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("features", "none", r"Expected `array`, got `str` - at `\$.features`"),
        ("target", {"name": "x"}, r"missing required field `column` - at `\$.target`"),
        ("surprise", 1, "unknown field `surprise`"),
        ("format", 1.5, r"Expected `int`, got `float` - at `\$.format`"),
    ],
)
def test_what_is_wrong_is_named(member: str, value: object, words: str) -> None:
    """The member and what was expected there."""
    document = json.loads(encode(bundles.quote().manifest)) | {member: value}
    with pytest.raises(msgspec.DecodeError, match=words):
        decode(json.dumps(document).encode())


def test_nan_has_no_place_in_a_document() -> None:
    """A number that is none would come back as nothing, so that the content would change."""
    manifest = bundles.quote().manifest
    target = replace(manifest.target, minimum=math.nan)
    assert decode(encode(replace(manifest, target=target))).target.minimum is None

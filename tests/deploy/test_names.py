"""Names: short enough for every service, and never those of something else."""

import itertools

import msgspec
import pytest

from deploy.config import Config
from deploy.names import Names, names_of


def test_a_short_name_is_readable() -> None:
    """Nothing is added where nothing has to be left out."""
    assert Names("shop", "staging").stem == "shop-staging"


def test_long_names_do_not_collide() -> None:
    """Two that differ in their last letters alone stay two, within 32 characters."""
    stems = {Names("a" * 20, "b" * 18 + end).stem for end in ("x", "y", "xx", "xy")}
    assert len(stems) == 4
    assert {len(stem) for stem in stems} == {32}


def test_a_stem_may_begin_and_end_a_balancer() -> None:
    """Balancers and target groups may not begin or end with a hyphen."""
    for length in range(2, 21):
        stem = Names("a-" * (length // 2) + "a" * (length % 2), "b" * 20).stem
        assert not stem.startswith("-")
        assert not stem.endswith("-")


def test_a_bucket_name_fits() -> None:
    """63 characters are the most, in the region with the longest name too."""
    assert len(Names("a" * 20, "b" * 20).bucket("1" * 12, "ap-southeast-2")) <= 63


def test_the_names_of_roles_fit() -> None:
    """64 characters are the most, for either door and in every region that is accepted."""
    assert len(Names("a" * 20, "b" * 20).worldwide("function", "x" * 17)) <= 64


def test_a_region_that_is_too_long_is_refused() -> None:
    """The longest that is accepted fits into the name of a bucket, and the next one is told so."""
    region = "eu-longlonglong-1"
    config = msgspec.convert({"name": "a" * 20, "region": region, "environment": "b" * 20}, Config)
    assert len(names_of(config).bucket("1" * 12, region)) == 63
    with pytest.raises(msgspec.ValidationError, match="length <= 17"):
        msgspec.convert({"name": "shop", "region": "eu-longlonglongs-1"}, Config)


def test_name_and_environment_cannot_be_confused() -> None:
    """An environment has no hyphen, so that the last one parts the two."""
    names = ["a", "a-b", "a-b-c", "ab"]
    stems = [Names(name, word).stem for name, word in itertools.product(names, ["b", "c", "bc"])]
    assert len(set(stems)) == len(stems)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "ab", "region": "eu-west-1", "environment": "b-c"}, Config)


def test_our_tags_win() -> None:
    """What a person adds is kept beside them."""
    config = Config(name="shop", region="eu-west-1", tags={"team": "freight"})
    assert names_of(config).tags("server") == {
        "team": "freight",
        "service": "shop",
        "environment": "production",
        "door": "server",
        "managed-by": "deploy",
    }

"""A request that is made directly is what werkzeug's builder makes of it."""

from typing import Any

import pytest
from moto.core.request import Request

from tests.twin.requests import PLAIN, made_directly

REQUESTS: list[tuple[str, str, dict[str, Any], bytes | str | None]] = [
    (
        "POST",
        "https://ec2.us-east-1.amazonaws.com/",
        {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "User-Agent": "x"},
        b"Action=DescribeVpcs&Version=2016-11-15",
    ),
    ("GET", "https://shop.s3.amazonaws.com/?list-type=2&prefix=a%2F", {"X-Amz-Date": b"now"}, None),
    ("GET", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/shop:live/url", {}, None),
    ("PUT", "https://shop.s3.amazonaws.com/lease/server.json", {"x-amz-meta-my_key": "1"}, b"{}"),
    ("PUT", "http://127.0.0.1:5000/a%20b/c", {"Transfer-Encoding": "chunked"}, "text"),
    ("POST", "https://sns.us-east-1.amazonaws.com/", {"Content-Type": "text/plain"}, "text é"),
    ("DELETE", "https://iam.amazonaws.com", {"Content-Length": "0"}, b""),
]


@pytest.mark.parametrize(("method", "url", "headers", "body"), REQUESTS)
def test_it_is_what_the_builder_makes(
    method: str, url: str, headers: dict[str, Any], body: bytes | str | None
) -> None:
    builder = vars(Request)["from_primitives"]
    made, built = (
        make.__get__(None, Request)(method, url, headers, body)
        for make in (made_directly(builder), builder)
    )
    assert _told(made) == _told(built)


def _told(request: Request) -> dict[str, Any]:
    plain = {key: value for key, value in request.environ.items() if isinstance(value, str | dict)}
    return plain | {
        "url": request.raw_url,
        "headers": sorted(request.headers.items()),
        "form": request.form.to_dict(),
        "data": request.get_data(),
    }


def test_most_paths_are_plain() -> None:
    """Those of the services that are asked most; what is quoted is not."""
    assert all(PLAIN.fullmatch(path) for path in ("/", "/2015-03-31/functions/", "/a/b.json"))
    assert not any(PLAIN.fullmatch(path) for path in ("", "//", "/a%2Fb", "/a b", "/é"))

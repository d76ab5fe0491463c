"""The offline AWS for every test of the room."""

from tests.twin.plugin import twin, twin_url

__all__ = ["twin", "twin_url"]

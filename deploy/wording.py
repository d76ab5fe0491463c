"""Words of others within a message of ours."""

SHORT = 120
"""Characters that are enough to know a page by."""


def sentence(words: object) -> str:
    """The words with a full stop, so that advice may follow them."""
    text = str(words).strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def in_short(words: object) -> str:
    """The beginning of the words, on one line."""
    text = " ".join(str(words).split())
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"

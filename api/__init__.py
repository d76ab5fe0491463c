"""How one asks for a price over HTTP."""

__version__ = "0.1.0"

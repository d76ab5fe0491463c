"""How texts write numbers, wherever a person or a file may write one."""

NUMERAL = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
"""A decimal number, as a regular expression that RE2 reads too; digits are those of ASCII."""

"""The answer of what has no model: of about the size of a price."""

TEXT = (
    '{"price_that_never_changes": 19.76, '
    '"interval": {"low": 14.02, "high": 28.91, "coverage": 0.9}, '
    '"warnings": [], "model_version": "000000000000", '
    '"prediction_id": "019a0000-0000-7000-8000-000000000000"}'
)

"""The answer of what has no model: of the same size as a price."""

TEXT = (
    '{"shipping_estimated_price": 19.76, '
    '"interval": {"low": 14.02, "high": 28.91, "coverage": 0.9}, '
    '"warnings": [], "model_version": "000000000000", '
    '"prediction_id": "019a0000-0000-7000-8000-000000000000"}'
)

"""What the price is, how sure, why; how it was trained; whether it still holds."""

from model.bundle import load
from model.errors import BundleError, DataError, FeatureTableError, ModelError
from model.manifest import Feature, Manifest, Target
from model.predictor import Estimate, Explanation, Predictor, RangeWarning

__all__ = [
    "BundleError",
    "DataError",
    "Estimate",
    "Explanation",
    "Feature",
    "FeatureTableError",
    "Manifest",
    "ModelError",
    "Predictor",
    "RangeWarning",
    "Target",
    "load",
]

"""MLflow: the model as its scikit-learn flavour takes it, which reads plain arrays, for `serve`."""

import shutil
import sys

from mlflow import xgboost
from xgboost import XGBRegressor

from benchmarks.bundled import served

if __name__ == "__main__":
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    model = XGBRegressor()
    model.load_model(served().file)
    xgboost.save_model(model, sys.argv[1], pip_requirements=[])

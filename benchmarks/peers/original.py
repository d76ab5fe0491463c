"""The original server: FastAPI, a data frame of one row, and XGBoost's wrapper for scikit-learn."""

import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel
from xgboost import XGBRegressor

from benchmarks.bundled import served

MODEL = served()


class Product(BaseModel):
    """What a price is asked for."""

    price: float
    weight: float
    height: float
    distance: float
    volume: float


class Price(BaseModel):
    """The answer."""

    shipping_estimated_price: float


app = FastAPI()
model = XGBRegressor()
model.load_model(MODEL.file)


@app.post("/predict")
async def predict(product: Product) -> Price:
    """The price, to the cent."""
    row = product.model_dump()
    frame = pd.DataFrame([[row[name] for name in MODEL.names]], columns=MODEL.columns)
    price = model.predict(frame)[0][MODEL.price]
    return Price(shipping_estimated_price=round(float(price), 2))

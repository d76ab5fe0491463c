"""FastAPI as its own tutorial uses it: a model in, a model out, and no prediction between them."""

from fastapi import FastAPI
from pydantic import BaseModel


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


@app.post("/predict")
async def predict(product: Product) -> Price:
    """The price of the product itself."""
    return Price(shipping_estimated_price=product.price)

"""libxgboost through its C API: prices of rows, and their contributions.

The shared library is the one inside the installed wheel, loaded without importing `xgboost`,
which would bring numpy and scipy along. The functions are those of
https://xgboost.readthedocs.io/en/stable/c.html.
"""

import ctypes
import json
import math
import sys
from array import array
from collections.abc import Sequence
from ctypes import POINTER, byref, c_char_p, c_float, c_int, c_uint64, c_void_p
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from model.errors import LibraryError

_FILES = {"linux": "libxgboost.so", "darwin": "libxgboost.dylib", "win32": "xgboost.dll"}
_VALUES, _CONTRIBUTIONS = 0, 2
"""Types of prediction, as the library numbers them."""

_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "XGBoosterCreate": (c_void_p, c_uint64, POINTER(c_void_p)),
    "XGBoosterFree": (c_void_p,),
    "XGBoosterSetParam": (c_void_p, c_char_p, c_char_p),
    "XGBoosterLoadModelFromBuffer": (c_void_p, c_char_p, c_uint64),
    "XGDMatrixCreateFromDense": (c_char_p, c_char_p, POINTER(c_void_p)),
    "XGDMatrixFree": (c_void_p,),
    "XGBoosterPredictFromDense": (
        *(c_void_p, c_char_p, c_char_p, c_void_p),
        *(POINTER(POINTER(c_uint64)), POINTER(c_uint64), POINTER(POINTER(c_float))),
    ),
    "XGBoosterPredictFromDMatrix": (
        *(c_void_p, c_void_p, c_char_p),
        *(POINTER(POINTER(c_uint64)), POINTER(c_uint64), POINTER(POINTER(c_float))),
    ),
}


class LibraryBooster:
    """A booster in libxgboost, held to one thread. Safe to call from several threads.

    name    what it is called where the choice of an engine is shown
    """

    name = "libxgboost"

    _handle: c_void_p | None = None

    def __init__(self, model: bytes, features: int, iterations: tuple[int, int]) -> None:
        """`iterations` is the half-open range of boosting rounds that predict.

        Raises `LibraryError` where the library is not installed. It is loaded and the model opened
        when they are first asked: every method raises it where the library refuses the model. It
        does not see every damage: give it bytes that a hash or `model.modelfile` has proven whole.
        """
        path()
        self._model = model
        self._features = features
        self._values = _settings(_VALUES, iterations)
        self._contributions = _settings(_CONTRIBUTIONS, iterations)
        self._opening = Lock()

    def __del__(self) -> None:
        if self._handle is not None:
            _library().XGBoosterFree(self._handle)

    def outputs(self, row: Sequence[float]) -> "array[float]":
        """What the booster says of one row: one number for each output."""
        return self.outputs_of(array("f", row))

    def outputs_of(self, rows: "array[float]") -> "array[float]":
        """And of many rows (n × features, one after the other): n × outputs."""
        result = _Result()
        where = _interface(rows, self._features)
        _call(
            "XGBoosterPredictFromDense", self._opened(), where, self._values, None, *result.places
        )
        return result.numbers()

    def contributions_of(self, row: Sequence[float]) -> "array[float]":
        """The SHAP values of one row: for each output one for each feature, then the bias."""
        booster, result, matrix = self._opened(), _Result(), c_void_p()
        values = array("f", row)
        where = _interface(values, self._features)
        _call("XGDMatrixCreateFromDense", where, _MATRIX, byref(matrix))
        try:
            settings = self._contributions
            _call("XGBoosterPredictFromDMatrix", booster, matrix, settings, *result.places)
            return result.numbers()
        finally:
            _library().XGDMatrixFree(matrix)

    def _opened(self) -> c_void_p:
        with self._opening:
            if self._handle is None:
                self._handle = _open(self._model)
                self._model = b""  # the library has a copy of its own
            return self._handle


def path() -> Path:
    """Where the shared library is. Raises `LibraryError` if it is not installed."""
    package = find_spec("xgboost")
    if package is None or package.origin is None:
        raise LibraryError(
            "libxgboost is not installed. Install it with 'pip install xgboost-cpu'."
        )
    found = Path(package.origin).parent / "lib" / _FILES.get(sys.platform, _FILES["linux"])
    if not found.exists():
        raise LibraryError(f"{found}: no such file: install xgboost-cpu again.")
    return found


class _Result:
    """Where the library says that its answer stands, until this thread asks it again."""

    def __init__(self) -> None:
        self._shape = POINTER(c_uint64)()
        self._dimensions = c_uint64()
        self._numbers = POINTER(c_float)()
        self.places = byref(self._shape), byref(self._dimensions), byref(self._numbers)

    def numbers(self) -> "array[float]":
        """A copy of the answer."""
        count = math.prod(self._shape[: self._dimensions.value])
        numbers = array("f")
        numbers.frombytes(ctypes.string_at(self._numbers, count * numbers.itemsize))
        return numbers


def _open(model: bytes) -> c_void_p:
    handle = c_void_p()
    _call("XGBoosterCreate", None, 0, byref(handle))
    try:
        _call("XGBoosterSetParam", handle, b"nthread", b"1")
        _call("XGBoosterLoadModelFromBuffer", handle, model, len(model))
        _call("XGBoosterSetParam", handle, b"nthread", b"1")
    except LibraryError:
        _library().XGBoosterFree(handle)
        raise
    return handle


def _call(name: str, *arguments: Any) -> None:
    library = _library()
    if getattr(library, name)(*arguments) != 0:
        message = library.XGBGetLastError().decode(errors="replace")
        raise LibraryError(f"libxgboost: {message.splitlines()[0] if message else name}")


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(path()))
    library.XGBGetLastError.restype = c_char_p
    for name, signature in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = signature, c_int
    return library


def _interface(rows: "array[float]", features: int) -> bytes:
    """Where the rows stand, as https://numpy.org/doc/stable/reference/arrays.interface.html."""
    address, count = rows.buffer_info()
    return b'{"data":[%d,true],"shape":[%d,%d],"typestr":"<f4","version":3}' % (
        address,
        count // features,
        features,
    )


def _settings(kind: int, iterations: tuple[int, int]) -> bytes:
    settings = {
        "type": kind,
        "training": False,
        "iteration_begin": iterations[0],
        "iteration_end": iterations[1],
        "missing": math.nan,
        "strict_shape": True,
        "cache_id": 0,
    }
    return json.dumps(settings).encode()


_MATRIX = json.dumps({"missing": math.nan, "nthread": 1}).encode()

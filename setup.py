"""The one part that is compiled; everything else about the package stands in pyproject.toml."""

from pathlib import Path

from setuptools import Extension, setup

NATIVE = Path("model", "native")

setup(
    ext_modules=[
        Extension(
            "model._trees",
            sources=sorted(map(str, NATIVE.glob("*.c"))),
            depends=sorted(map(str, NATIVE.glob("*.h"))),
            # a product that is fused with a sum is not rounded as Python rounds it
            extra_compile_args=[
                "-std=c11",
                "-O3",
                "-funroll-loops",
                "-fvisibility=hidden",
                "-ffp-contract=off",
            ],
            py_limited_api=True,
            optional=True,  # without a compiler it is absent, and libxgboost answers
        )
    ]
)

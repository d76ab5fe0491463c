"""The one part that is compiled; everything else about the package stands in pyproject.toml."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "model._trees",
            sources=["model/native/forest.c", "model/native/module.c", "model/native/walk.c"],
            depends=["model/native/forest.h"],
            extra_compile_args=["-std=c11", "-O3", "-funroll-loops", "-fvisibility=hidden"],
            py_limited_api=True,
            optional=True,  # without a compiler it is absent, and libxgboost answers
        )
    ]
)

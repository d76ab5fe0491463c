# One image for both doors: by default it serves HTTP on port 80; on Lambda the entry point is
# overridden with "python -m awslambdaric handler.main.handler".
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS walk
# hadolint ignore=DL3008 # whichever compiler the base's own release has
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /build
COPY requirements/build.txt setup.py ./
RUN python -m pip install --no-cache-dir --require-hashes -r build.txt
COPY model/native model/native
RUN python setup.py build_ext --inplace && ls model/_trees.*.so

FROM ${BASE} AS build
COPY requirements/serve.txt /build/
# pip compiles to bytecode what it installs; what only a compiler or a test reads is left out.
# Without --no-deps XGBoost's numpy and scipy would come along: its library needs neither.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir --no-deps \
        --require-hashes -r /build/serve.txt \
    && find /opt/venv \( -name tests -o -name '*.h' -o -name '*.pxd' -o -name '*.py[ix]' \) \
        -prune -exec rm -rf {} +
WORKDIR /app
COPY model model
COPY --from=walk /build/model/*.so model/
COPY api api
COPY handler handler
COPY bundle bundle
# Whoever the image runs as may read it. A bundle that cannot be trusted fails here, not later.
RUN python -m compileall -q . \
    && chmod -R a+rX . \
    && /opt/venv/bin/python -c 'import handler.main'

FROM ${BASE}
LABEL org.opencontainers.image.title="Shipping Price Estimator" \
      org.opencontainers.image.description="The price of shipping a product, over HTTP or Lambda" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
# One thread for each process: the libraries' own pools would take every core of the machine.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    ESTIMATOR_HOST=0.0.0.0 \
    ESTIMATOR_PORT=80
USER 10001:10001
EXPOSE 80
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=2 \
    CMD ["python", "-m", "api.health"]
CMD ["python", "-m", "api"]

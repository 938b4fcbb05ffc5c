# One image for every process of production: `dirigent api`, `dirigent worker`, `dirigent migrate`. The embedded runtime is not in it.
FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/build && python -m venv /opt/dirigent
COPY requirements ./requirements
RUN /opt/dirigent/bin/pip install --require-hashes --only-binary :all: -r requirements/run.txt \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements/build.txt
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/dirigent/bin/pip install --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin dirigent
COPY --from=build /opt/dirigent /opt/dirigent
ENV PATH=/opt/dirigent/bin:$PATH PYTHONUNBUFFERED=1 DIRIGENT_API_HOST=0.0.0.0
USER dirigent
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["dirigent", "api"]

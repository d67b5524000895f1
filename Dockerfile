# One image for every part: worker, page and set-up differ only in the command. Runs as an ordinary user.
FROM python:3.12-slim AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/send \
 && /opt/send/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY src src
COPY streams streams
COPY schemas schemas
COPY expectations expectations
COPY tests/data/cin-census-fake.xml tests/data/cin-census-fake.xml
RUN /opt/send/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 send \
 && install --directory --owner send --group send --mode 700 /home/send/pseudonym-keys /home/send/record-keys
COPY --from=build /opt/send /opt/send
ENV PATH=/opt/send/bin:$PATH PYTHONUNBUFFERED=1 SEND_HOME=/home/send/var
USER send
WORKDIR /home/send
ENTRYPOINT ["send-integration"]
CMD ["--help"]

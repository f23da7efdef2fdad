# Forum in a container: the locked packages, the three packages of Forum, and no right to more.
FROM python:3.13-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin forum \
    && install -d -m 0700 -o forum -g forum /srv/forum
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE /app/
COPY forum /app/forum
COPY schedule /app/schedule
COPY badges /app/badges
RUN /opt/venv/bin/python -m compileall -q /app
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FORUM_VAR=/srv/forum FORUM_LOG=json
WORKDIR /srv/forum
VOLUME /srv/forum
USER forum
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/live'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "forum.cli"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

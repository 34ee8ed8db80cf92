# The server as it runs in production: no tests, no embedded Postgres, no root.

# The portal. A checkout without one gives an empty folder, and the server serves the API alone.
FROM node:22-slim AS portal
WORKDIR /portal
COPY . /checkout
RUN mkdir -p dist \
 && if [ -f /checkout/frontend/package.json ]; then \
      cd /checkout/frontend && npm ci --no-audit --no-fund && npm run build && cp -r dist/. /portal/dist/; \
    fi

# The packages, in a virtual environment that the last stage copies as a whole.
FROM python:3.13-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --only-binary=:all: -r requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
RUN useradd --system --uid 10001 --no-create-home curaway && install -d -o curaway -g curaway /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY curaway ./curaway
COPY events ./events
COPY patients ./patients
COPY webhooks ./webhooks
COPY --from=portal /portal/dist ./frontend/dist
# Collecting static files needs the settings and nothing they protect: DEBUG and the address below exist
# for this one command, and no connection is made.
RUN DEBUG=on DATA_DIR=/tmp/build DATABASE_URL=postgres://nowhere/none python manage.py collectstatic --no-input \
 && rm -rf /tmp/build
USER curaway
VOLUME /data
EXPOSE 8000
# With a host name that the server answers for: any other is refused.
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["python", "-c", "\
import os, urllib.request as http; \
url = 'http://127.0.0.1:' + (os.environ.get('PORT') or '8000') + '/health'; \
host = os.environ.get('ALLOWED_HOSTS', '').split(',')[0].strip().lstrip('*.') or 'localhost'; \
http.urlopen(http.Request(url, headers={'Host': host}), timeout=2)"]
# `exec`: SIGTERM must reach the server, which then tells its streams to reconnect elsewhere.
CMD ["sh", "-c", "exec uvicorn curaway.asgi:application --host 0.0.0.0 --port ${PORT:-8000} --no-access-log --timeout-graceful-shutdown 25"]

# The image of all Baeum processes. docker-compose.yml gives each process its command.
FROM python:3.12.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=lms.settings BAEUM_HOME=/var/lib/baeum \
    STATIC_ROOT=/srv/static PATH=/opt/venv/bin:$PATH

# pg_dump and pg_restore for backups. They must not be older than the server of docker-compose.yml, and Debian's own are.
ARG POSTGRES=16
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-$POSTGRES \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
# s3 adds the package for backups in a bucket of S3.
ARG REQUIREMENTS=base
# Packages are installed first, because they change less often than the code: Docker then reuses the layer.
COPY requirements/$REQUIREMENTS.txt requirements/uv.txt requirements/
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && uv pip install --no-cache --python /opt/venv/bin/python --require-hashes --no-build -r requirements/$REQUIREMENTS.txt

COPY . .
# Compile the translations and collect static files once, when the image is built, not at start-up.
RUN python -m common.catalogues \
    && BAEUM_STATIC_COLLECTED=1 BAEUM_HOME=/tmp/build python manage.py collectstatic --noinput -v0 \
    && rm -rf /tmp/build \
    && useradd --system --home-dir /var/lib/baeum --create-home baeum \
    && mkdir -p /var/backups/baeum \
    && chown -R baeum /srv/static /var/backups/baeum

USER baeum
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "manage.py", "serve", "web", "--host", "0.0.0.0", "--port", "8000"]

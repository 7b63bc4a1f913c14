# The image of all Baeum processes. docker-compose.yml gives each process its command.
FROM python:3.12.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=lms.settings BAEUM_HOME=/var/lib/baeum \
    STATIC_ROOT=/srv/static PATH=/opt/venv/bin:$PATH

WORKDIR /app
# Packages are installed first, because they change less often than the code: Docker then reuses the layer.
COPY requirements/base.txt requirements/uv.txt requirements/
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && uv pip install --no-cache --python /opt/venv/bin/python --require-hashes --no-build -r requirements/base.txt

COPY . .
# Compile the translations and collect static files once, when the image is built, not at start-up.
RUN python -m common.catalogues \
    && BAEUM_STATIC_COLLECTED=1 BAEUM_HOME=/tmp/build python manage.py collectstatic --noinput -v0 \
    && rm -rf /tmp/build \
    && useradd --system --home-dir /var/lib/baeum --create-home baeum \
    && chown -R baeum /srv/static

USER baeum
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "manage.py", "serve", "web", "--host", "0.0.0.0", "--port", "8000"]

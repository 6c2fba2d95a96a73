# The product without what only development needs. Build: docker build -t hrnotify .
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    STATIC_ROOT=/app/staticfiles

RUN useradd --system --create-home --home-dir /var/lib/hrnotify --shell /usr/sbin/nologin hrnotify
WORKDIR /app

# Requirements first: a change of the code does not install them again.
COPY requirements.txt constraints.txt ./
RUN pip install --requirement requirements.txt --constraint constraints.txt

COPY . .
# collectstatic reads the settings, and these want a key; this one is gone with the command.
RUN SECRET_KEY=build-only DATABASE_URL=postgres://build.invalid/none REDIS_URL=redis://build.invalid \
    python manage.py collectstatic --noinput --skip-checks --verbosity 0

USER hrnotify
EXPOSE 8000
# The address is the container's own; what may reach it is decided by the published port.
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "16", "--http", "1", "--workers-kill-timeout", "20", \
     "--log-level", "warning", "hrnotify.wsgi:application"]

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.build_opener(urllib.request.ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]

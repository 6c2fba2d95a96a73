"""The floor for signals in: a Django view that verifies a Standard Webhooks signature and inserts one row.

Settings, address and view in one module; the table is made by whoever measures. Nothing else: no middleware, no
reading of the body, no repeats recognised, nothing planned.
"""

from __future__ import annotations

import os
from uuid import uuid4

import django
import environ
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from standardwebhooks import Webhook

TABLE = "bench_floor"
CREATE = f"CREATE TABLE IF NOT EXISTS {TABLE} (id uuid PRIMARY KEY, body text NOT NULL)"
INSERT = f"INSERT INTO {TABLE} (id, body) VALUES (%s, %s)"  # noqa: S608  no value stands in it
DATABASE = {**environ.Env().db_url("DATABASE_URL"), "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def take(request: HttpRequest) -> HttpResponse:
    body = request.body.decode()
    headers = {name.lower(): value for name, value in request.headers.items()}
    Webhook(os.environ["FLOOR_SECRET"]).verify(body, headers, json_parse=False)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [str(uuid4()), body])
    return HttpResponse(
        b"{}", status=202, headers={"Content-Type": "application/json", "Content-Length": "2"}
    )


urlpatterns = [path("take", take)]

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, DATABASES={"default": DATABASE})
    django.setup()
application = WSGIHandler()

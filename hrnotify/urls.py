from django.contrib import admin
from django.urls import include, path

from hrnotify import health

urlpatterns = [
    path("", include("api.urls")),
    path("", include("portal.urls")),
    path("dashboard/", include("dashboard.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]

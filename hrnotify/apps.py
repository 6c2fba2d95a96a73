from django.apps import AppConfig
from django.conf import settings

from hrnotify import celery, errors, logs


class HRNotifyConfig(AppConfig):
    name = "hrnotify"
    verbose_name = "HRNotify"

    def ready(self) -> None:
        from hrnotify import checks  # noqa: PLC0415  asks the channels, whose apps are loaded only now

        checks.register()
        celery.app.set_default()
        logs.configure()
        errors.report_to(settings.SENTRY_DSN)

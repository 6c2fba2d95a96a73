from django.apps import AppConfig

from hrnotify import celery, logs


class HRNotifyConfig(AppConfig):
    name = "hrnotify"
    verbose_name = "HRNotify"

    def ready(self) -> None:
        from hrnotify import checks  # noqa: PLC0415  asks the channels, whose apps are loaded only now

        checks.register()
        celery.app.set_default()
        logs.configure()

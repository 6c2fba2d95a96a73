"""The web server's entrance; a deployment with a missing setting does not start."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrnotify.settings")
application = get_wsgi_application()
call_command("check")

"""Puts our own site in the place of Django's default admin site."""

from django.contrib.admin.apps import AdminConfig


class HeadquartersConfig(AdminConfig):
    default_site = "hrnotify.admin.HeadquartersSite"

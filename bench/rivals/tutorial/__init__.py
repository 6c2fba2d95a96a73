"""The design of the tutorials: a row and one Celery task for each mail, sent by Django's own means."""

from django.urls import path
from django.views.generic import RedirectView

from portal.views.answer import confirm, decline
from portal.views.enter import enter
from portal.views.page import page
from portal.views.seen import seen

app_name = "portal"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="portal:enter")),
    path("n/", enter, name="enter"),
    path("n/<slug:token>/", page, name="page"),
    path("n/<slug:token>/seen/", seen, name="seen"),
    path("n/<slug:token>/confirm/", confirm, name="confirm"),
    path("n/<slug:token>/decline/", decline, name="decline"),
]

from django.urls import path
from django.views.generic import RedirectView

from portal.views.answer import confirm, decline
from portal.views.calendar import calendar
from portal.views.deferral import defer, take_back
from portal.views.enter import enter
from portal.views.page import page
from portal.views.preferences import preferences
from portal.views.seen import seen
from portal.views.wechat import authorized, wechat, wechat_state

app_name = "portal"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="portal:enter")),
    path("n/", enter, name="enter"),
    path("n/<slug:token>/", page, name="page"),
    path("n/<slug:token>/seen/", seen, name="seen"),
    path("n/<slug:token>/confirm/", confirm, name="confirm"),
    path("n/<slug:token>/decline/", decline, name="decline"),
    path("n/<slug:token>/defer/", defer, name="defer"),
    path("n/<slug:token>/defer/back/", take_back, name="defer_back"),
    path("n/<slug:token>/calendar.ics", calendar, name="calendar"),
    path("n/<slug:token>/preferences/", preferences, name="preferences"),
    path("n/<slug:token>/wechat/", wechat, name="wechat"),
    path("n/<slug:token>/wechat/state/", wechat_state, name="wechat_state"),
    # One address for everybody, without a key: WeChat gets to know it.
    path("wechat/authorized/", authorized, name="wechat_authorized"),
]

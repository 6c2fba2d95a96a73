from django.urls import path

from dashboard.views import account, contact, content, deferrals, home, offer, offers, sending

app_name = "dashboard"
urlpatterns = [
    path("", home.today, name="home"),
    path("offers/", offers.listing, name="offers"),
    path("offers/search/", offers.search, name="search"),
    path("offers/<uuid:offer_id>/", offer.detail, name="offer"),
    path("offers/<uuid:offer_id>/reveal/", offer.reveal, name="reveal"),
    path("offers/<uuid:offer_id>/write/", contact.write_message, name="write"),
    path("offers/<uuid:offer_id>/call/", contact.call, name="call"),
    path("offers/<uuid:offer_id>/answer/", contact.answer, name="answer"),
    path("offers/<uuid:offer_id>/more-time/", contact.more_time, name="more_time"),
    path("offers/<uuid:offer_id>/move/", contact.move, name="move"),
    path("deferrals/", deferrals.listing, name="deferrals"),
    path("deferrals/<uuid:deferral_id>/", deferrals.deferral, name="deferral"),
    path("content/", content.content, name="content"),
    path("sending/", sending.sending, name="sending"),
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.PasswordChange.as_view(), name="password"),
]

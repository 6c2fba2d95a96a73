from django.urls import path

from dashboard.views import account, content, home, offer, offers

app_name = "dashboard"
urlpatterns = [
    path("", home.today, name="home"),
    path("offers/", offers.listing, name="offers"),
    path("offers/search/", offers.search, name="search"),
    path("offers/<uuid:offer_id>/", offer.detail, name="offer"),
    path("offers/<uuid:offer_id>/reveal/", offer.reveal, name="reveal"),
    path("content/", content.content, name="content"),
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.PasswordChange.as_view(), name="password"),
]

"""Signing in and out, and a new password. Django does it, `axes` slows down guessing."""

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.forms import BaseForm
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache


class Login(LoginView):
    template_name = "dashboard/login.html"
    redirect_authenticated_user = True


class Logout(LogoutView):
    """POST only: a GET would let any page sign a person out."""


@method_decorator(never_cache, name="dispatch")
class PasswordChange(PasswordChangeView):
    template_name = "dashboard/password.html"
    success_url = reverse_lazy("dashboard:home")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)  # type: ignore[arg-type]

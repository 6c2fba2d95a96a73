"""JPush's error codes in words a person can act on. Source: JPush REST API v3, "Push API", its table of codes."""

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "1000": _("The push service had a fault."),
    "1003": _("The push service does not know this form of device registration."),
    "1004": _("The push service refuses our key or secret."),
    "1005": _("The text is too long for a push."),
    "1008": _("The push service does not know our app key."),
    "1011": _("The device is no longer registered: the app is gone, or was not opened for long."),
    "1020": _("The push service is called without https."),
    "1030": _("The push service was too slow."),
    "2002": _("Too many pushes at once; sent again later."),
    "2003": _("The push service has blocked our app."),
    "2004": _("The push service does not accept calls from our server's address."),
    "2005": _("The push service has seen too many pushes to this device."),
    "no_key": _("The push service gave no key for the push; sent as soon as it does."),
    "repeat_window": _("Too late to send it again without the risk of sending it twice."),
}

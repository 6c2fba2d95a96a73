"""What the sample bank's register holds, told to the sandbox, so that its carriers send nothing else."""

from __future__ import annotations

import urllib3
from django.utils import timezone

from notifications.channels import TRANSPORTS
from notifications.channels.registered import TemplateTransport
from notifications.models import ProviderRegistration

http = urllib3.PoolManager()


def tell(*, sandbox: str) -> None:
    """Of each carrier that sends registered templates, all that it has approved."""
    approved = ProviderRegistration.objects.filter(kind=ProviderRegistration.Kind.TEMPLATE).usable(
        on=timezone.localdate()
    )
    for carrier in TRANSPORTS.values():
        if isinstance(carrier, TemplateTransport):
            texts = dict(approved.filter(provider=carrier.name).values_list("code", "content"))
            answer = http.request("PUT", f"{sandbox}/{carrier.name}/templates.json", json=texts)
            if answer.status != 200:
                raise RuntimeError(f"the sandbox's {carrier.name} answered {answer.status}")

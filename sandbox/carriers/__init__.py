"""The registry: a carrier is one module with `build` and `MAGIC`, and one line here."""

from sandbox.carriers import aliyun, esp, gateway, jpush, mail, twilio, wechat
from sandbox.desk import Carrier, Desk
from sandbox.options import Options

MODULES = (twilio, aliyun, gateway, mail, esp, wechat, jpush)


def open_carriers(*, options: Options, desk: Desk) -> list[Carrier]:
    """Those whose settings are there."""
    built = (module.build(options=options, desk=desk) for module in MODULES)
    return [carrier for carrier in built if carrier is not None]


def magic_recipients() -> str:
    """For `--help`: which recipients meet which fate."""
    lines = ["magic recipients:"]
    for module in MODULES:
        lines += [f"  {module.NAME}: {who:<38} {fate}" for who, fate in module.MAGIC]
    return "\n".join(lines)

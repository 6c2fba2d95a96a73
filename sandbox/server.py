"""The process: one event loop with the web server, the carriers and the receipts' senders."""

import asyncio
import signal
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.carriers import MODULES, open_carriers
from sandbox.control import Control
from sandbox.counts import Counts
from sandbox.desk import Carrier, Desk
from sandbox.options import HOST, Options
from sandbox.receipts import Receipts

STATIC = Path(__file__).parent / "static"
MAX_BODY = 4 * 1024 * 1024  # bytes
BACKLOG = 1024

# Messages are untrusted. Inline styles are allowed because a mail brings its own; pictures from outside
# are not loaded.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


async def serve(options: Options) -> None:
    """Until SIGTERM or SIGINT. OSError when a port is taken."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        carriers, port = await open_everything(options=options, stack=stack)
        print(ready_line(carriers=carriers, port=port), flush=True)
        await stopped.wait()


async def open_everything(*, options: Options, stack: AsyncExitStack) -> tuple[list[Carrier], int]:
    """The carriers and the web port; what was opened is closed by `stack`, last first."""
    counts = Counts()
    receipts = Receipts(faults=options.faults, counts=counts)
    desk = Desk(faults=options.faults, receipts=receipts, counts=counts)
    await receipts.start()
    stack.push_async_callback(receipts.stop)
    carriers = open_carriers(options=options, desk=desk)
    for carrier in carriers:
        await carrier.start()
        stack.push_async_callback(carrier.stop)
    # handler_cancellation: who hangs up ends the handler, so that unanswered requests do not pile up.
    runner = web.AppRunner(
        application(carriers=carriers, desk=desk),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=0.3,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, HOST, options.port, backlog=BACKLOG)
    await site.start()
    return carriers, int(runner.addresses[0][1])


def application(*, carriers: Iterable[Carrier], desk: Desk) -> web.Application:
    app = web.Application(client_max_size=MAX_BODY, middlewares=[safe_pages])
    for carrier in carriers:
        app.add_routes(carrier.routes())
    app.add_routes(Control(desk=desk).routes())
    app.add_routes([web.get("/", inbox_page), web.static("/static", STATIC)])
    return app


@web.middleware
async def safe_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request)
    if request.path == "/" or request.path.startswith("/static/"):
        answer.headers.update(PAGE_HEADERS)
    return answer


async def inbox_page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "inbox.html")


def ready_line(*, carriers: Iterable[Carrier], port: int) -> str:
    """One line; a carrier whose settings are missing is named as off."""
    on = {carrier.name: carrier.address or "on" for carrier in carriers}
    states = [f"{module.NAME} {on.get(module.NAME, 'off (settings missing)')}" for module in MODULES]
    return f"sandbox ready: http://{HOST}:{port}/ · " + " · ".join(states)

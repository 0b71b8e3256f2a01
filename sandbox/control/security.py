"""Protection of a server without a password from foreign web pages."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@web.middleware
async def refuse_foreign_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests that a page of another origin makes or that a rebound DNS name brings."""
    if not _is_own_host(request) or _is_cross_site(request):
        raise web.HTTPForbidden(text="The sandbox answers to its own page on this machine only.\n")
    # A form of another site cannot send JSON without asking first, and the answer is no.
    is_action = request.path.startswith("/sandbox/") and request.method not in {"GET", "HEAD"}
    if is_action and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send application/json.\n")
    return await handler(request)


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Forbid the page everything but its own files."""
    response.headers.update(_HEADERS)


def _is_own_host(request: web.Request) -> bool:
    _, port = request.transport.get_extra_info("sockname") if request.transport else ("", 0)
    return request.host in {f"127.0.0.1:{port}", f"localhost:{port}"}


def _is_cross_site(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    return origin not in {None, f"http://{request.host}"} or site not in {"same-origin", "none"}

"""The chat page's files, and errors of the control API as JSON."""

import errno
from pathlib import Path

from aiohttp import web

from sandbox.control.guard import Handler
from sandbox.errors import SandboxError

PAGE = Path(__file__).parent.parent / "page"


async def show_page(_: web.Request) -> web.FileResponse:
    """GET /: the chat page."""
    return web.FileResponse(PAGE / "index.html")


def add_page_routes(router: web.UrlDispatcher) -> None:
    """Serve the chat page."""
    router.add_get("/", show_page)
    router.add_static("/page", PAGE)


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what a member cannot do with 400 and the reason."""
    try:
        return await handler(request)
    except SandboxError as error:
        return web.json_response({"error": str(error)}, status=400)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise web.HTTPNotFound from None  # of the page's files, none has such a name

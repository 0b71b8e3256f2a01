"""`getUpdates`, `setWebhook`, `deleteWebhook`, `getWebhookInfo`: the ways of updates to the bot."""

import re

from sandbox.errors import bad_request, conflict
from sandbox.methods.base import Backend, method
from sandbox.parameters import Parameters
from sandbox.webhook import is_loopback_url

MAX_UPDATES = 100
LONGEST_POLL_SECONDS = 50
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


@method("getUpdates")
async def get_updates(backend: Backend, parameters: Parameters) -> object:
    """Return updates, waiting up to `timeout` seconds for the first."""
    if backend.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    backend.queue.allow(parameters.names("allowed_updates", "allowed updates"))
    updates = await backend.polling.poll(
        offset=parameters.integer("offset", 0),
        limit=_within(parameters.integer("limit", MAX_UPDATES), 1, MAX_UPDATES),
        seconds=_within(parameters.integer("timeout", 0), 0, LONGEST_POLL_SECONDS),
    )
    return [update.to_json() for update in updates]


@method("setWebhook")
async def set_webhook(backend: Backend, parameters: Parameters) -> object:
    """Have updates delivered to a URL from now on; an empty one removes the webhook."""
    url = parameters.text("url")
    if not url:
        return await delete_webhook(backend, parameters)
    if not is_loopback_url(url):
        raise bad_request("bad webhook: the sandbox delivers to http://127.0.0.1 only")
    secret = parameters.text("secret_token")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    backend.queue.allow(parameters.names("allowed_updates", "allowed updates"))
    if parameters.flag("drop_pending_updates"):
        backend.queue.clear()
    backend.polling.interrupt("setWebhook request")
    await backend.webhook.set(url, secret)
    backend.state.changes.notify()
    return True


@method("deleteWebhook")
async def delete_webhook(backend: Backend, parameters: Parameters) -> object:
    """Stop delivery; the updates that wait stay, unless they shall be dropped."""
    if parameters.flag("drop_pending_updates"):
        backend.queue.clear()
    await backend.webhook.remove()
    backend.state.changes.notify()
    return True


@method("getWebhookInfo")
async def get_webhook_info(backend: Backend, parameters: Parameters) -> object:  # noqa: ARG001 - a handler
    """Return a `WebhookInfo`."""
    info: dict[str, object] = {
        "url": backend.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(backend.queue),
        "allowed_updates": list(backend.queue.allowed_updates),
    }
    if backend.webhook.last_error:
        info["last_error_date"] = backend.webhook.last_error_date
        info["last_error_message"] = backend.webhook.last_error
    return info


def _within(value: int, low: int, high: int) -> int:
    # Telegram corrects values out of range and does not refuse them.
    return min(max(value, low), high)

"""The sync: state, runs, previews, passes, pairs, trails, holds, conflicts. Blocking calls for job threads."""

from collections.abc import Callable

from console.api.client import Client, Query
from console.api.wire import sync as wire
from console.api.wire.shapes import Page

_JOB_SECONDS = 0.5


def _firm(firm_id: int) -> str:
    return f"/api/v1/firms/{firm_id}"


def state(client: Client, firm_id: int) -> wire.SyncState:
    return client.get(f"{_firm(firm_id)}/sync", wire.SyncState).value


def run(client: Client, firm_id: int, *, full: bool) -> wire.Job:
    """A pass now, as a job of the worker; it appears among the passes too."""
    return client.post(f"{_firm(firm_id)}/sync/run", wire.Job, wire.SyncRun(full=full)).value


def start_preview(client: Client, firm_id: int) -> wire.Job:
    return client.post(f"{_firm(firm_id)}/sync/preview", wire.Job, wire.PreviewStart(full=True)).value


def job(client: Client, firm_id: int, job_id: str) -> wire.Job:
    return client.get(f"{_firm(firm_id)}/jobs/{job_id}", wire.Job).value


def cancel_job(client: Client, firm_id: int, job_id: str) -> None:
    client.delete(f"{_firm(firm_id)}/jobs/{job_id}")


def awaited(
    client: Client, firm_id: int, first: wire.Job, pause: Callable[[float], None], tell: Callable[[int, int], None]
) -> wire.Job:
    """Looks again until the job is over. ``pause`` may raise to stop looking; the caller then cancels the job."""
    found = first
    while not found.is_over:
        tell(found.done, found.of)
        pause(_JOB_SECONDS)
        found = job(client, firm_id, found.id)
    return found


def passes(client: Client, firm_id: int, query: Query) -> Page[wire.Pass]:
    return client.get(f"{_firm(firm_id)}/passes", Page[wire.Pass], query).value


def pass_detail(client: Client, firm_id: int, pass_id: str) -> wire.PassDetail:
    return client.get(f"{_firm(firm_id)}/passes/{pass_id}", wire.PassDetail).value


def undo_pass(client: Client, firm_id: int, pass_id: str) -> None:
    """Takes back what the pass wrote, where nobody has changed it since."""
    client.command(f"{_firm(firm_id)}/passes/{pass_id}/undo")


def pairs(client: Client, firm_id: int, query: Query) -> Page[wire.Pair]:
    return client.get(f"{_firm(firm_id)}/pairs", Page[wire.Pair], query).value


def pair(client: Client, firm_id: int, pair_id: str) -> wire.PairDetail:
    return client.get(f"{_firm(firm_id)}/pairs/{pair_id}", wire.PairDetail).value


def trail(
    client: Client, firm_id: int, *, activity: str | None = None, event: str | None = None, mailbox: str | None = None
) -> wire.Trail:
    """Of an activity (``meeting:5001``), or of an event in its mailbox."""
    query = {"activity": activity, "event": event, "mailbox": mailbox}
    return client.get(f"{_firm(firm_id)}/trail", wire.Trail, query).value


def errors(client: Client, firm_id: int, query: Query) -> Page[wire.Failure]:
    return client.get(f"{_firm(firm_id)}/errors", Page[wire.Failure], query).value


def quotas(client: Client, firm_id: int) -> wire.Quotas:
    return client.get(f"{_firm(firm_id)}/quotas", wire.Quotas).value


def subscriptions(client: Client, firm_id: int, query: Query) -> Page[wire.Subscription]:
    return client.get(f"{_firm(firm_id)}/subscriptions", Page[wire.Subscription], query).value


def webhooks(client: Client, firm_id: int) -> wire.Webhooks:
    return client.get(f"{_firm(firm_id)}/webhooks", wire.Webhooks).value


def holds(client: Client, firm_id: int, query: Query) -> Page[wire.Hold]:
    return client.get(f"{_firm(firm_id)}/holds", Page[wire.Hold], query).value


def hold(client: Client, firm_id: int, hold_id: str) -> wire.HoldDetail:
    return client.get(f"{_firm(firm_id)}/holds/{hold_id}", wire.HoldDetail).value


def confirm_hold(client: Client, firm_id: int, hold_id: str) -> None:
    """Deletes what was held."""
    client.command(f"{_firm(firm_id)}/holds/{hold_id}/confirm")


def reject_hold(client: Client, firm_id: int, hold_id: str) -> None:
    """Makes again what is gone on one side."""
    client.command(f"{_firm(firm_id)}/holds/{hold_id}/reject")


def conflicts(client: Client, firm_id: int, query: Query) -> Page[wire.Conflict]:
    return client.get(f"{_firm(firm_id)}/conflicts", Page[wire.Conflict], query).value


def restore(client: Client, firm_id: int, conflict_id: str) -> None:
    """The lost value is written back to both sides."""
    client.command(f"{_firm(firm_id)}/conflicts/{conflict_id}/restore")

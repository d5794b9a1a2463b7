"""Background work: results on the GUI thread, one of a slot, cancel, owners that are gone, waiting for a sign-in."""

import threading

import pytest
import shiboken6
from PySide6.QtCore import QObject

from console.api.problems import ApiProblem, Offline, SignedOut, Told
from console.context import Parts
from console.jobs import Cancel, Failure
from tests.conftest import ExpectedLogs
from tests.console.support.windows import wait_for


def signed_out() -> SignedOut:
    told = Told(status=401, code="sign_in_required", title_cs="", title_en="", request_id="", data={})
    return SignedOut(told)


def test_a_result_arrives_on_the_gui_thread_and_the_work_was_elsewhere(parts: Parts) -> None:
    seen: list[tuple[str, str]] = []
    parts.jobs.start(
        lambda _cancel: threading.current_thread().name,
        done=lambda name: seen.append((name, threading.current_thread().name)),
    )
    wait_for(lambda: seen)
    assert seen[0][0].startswith("job-")
    assert seen[0][1] == "MainThread"


def test_a_problem_arrives_as_it_was_raised(parts: Parts) -> None:
    seen: list[Exception] = []

    def work(_cancel: Cancel) -> None:
        raise Offline("timeout")

    parts.jobs.start(work, failed=seen.append)
    wait_for(lambda: seen)
    assert isinstance(seen[0], Offline)
    assert seen[0].reason == "timeout"


def test_a_defect_is_logged_once_and_told_without_its_words(parts: Parts, expected_logs: ExpectedLogs) -> None:
    expected_logs("job_defect")
    seen: list[Exception] = []
    parts.jobs.start(lambda _cancel: 1 / 0, failed=seen.append)
    wait_for(lambda: seen)
    assert isinstance(seen[0], Failure)
    assert str(seen[0]) == ""


def test_of_one_slot_only_the_last_one_is_heard(parts: Parts) -> None:
    gate, owner = threading.Event(), QObject()
    seen: list[str] = []

    def slow(_cancel: Cancel) -> str:
        gate.wait(10)
        return "old"

    parts.jobs.start(slow, done=seen.append, owner=owner, slot="list")
    parts.jobs.start(lambda _cancel: "new", done=seen.append, owner=owner, slot="list")
    wait_for(lambda: seen)
    gate.set()
    wait_for(parts.jobs.is_idle)
    assert seen == ["new"]


def test_nobody_hears_a_cancelled_job(parts: Parts) -> None:
    gate = threading.Event()
    heard: list[object] = []

    def slow(cancel: Cancel) -> None:
        gate.wait(10)
        cancel.check()

    job = parts.jobs.start(slow, done=heard.append, failed=heard.append)
    job.cancel()
    gate.set()
    wait_for(lambda: job.is_over)
    assert heard == []
    assert parts.jobs.is_idle()


def test_a_result_for_a_window_that_is_gone_is_dropped(parts: Parts) -> None:
    gate, owner = threading.Event(), QObject()
    heard: list[object] = []
    job = parts.jobs.start(lambda _cancel: gate.wait(10), done=heard.append, owner=owner)
    shiboken6.delete(owner)
    gate.set()
    wait_for(lambda: job.is_over)
    assert heard == []


def test_progress_is_told_in_order(parts: Parts) -> None:
    seen: list[tuple[int, int]] = []

    def work(cancel: Cancel) -> str:
        for at in range(1, 4):
            cancel.progress(at, 3)
        return "done"

    ends: list[str] = []
    parts.jobs.start(work, done=ends.append, progressed=lambda at, of: seen.append((at, of)))
    wait_for(lambda: ends)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_what_met_an_ended_session_waits_and_runs_again_after_the_sign_in(parts: Parts) -> None:
    tries: list[int] = []
    seen: list[str] = []
    asked: list[int] = []
    parts.jobs.signed_out.connect(lambda: asked.append(1))

    def work(_cancel: Cancel) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise signed_out()
        return "saved"

    def other(_cancel: Cancel) -> None:
        raise signed_out()

    gave_up: list[Exception] = []
    parts.jobs.start(work, done=seen.append, failed=gave_up.append)
    parts.jobs.start(other, failed=gave_up.append)
    wait_for(lambda: parts.jobs.parked == 2)
    assert len(asked) == 1, "asked once for all"
    parts.jobs.resume()
    wait_for(lambda: parts.jobs.parked == 2)
    assert len(asked) == 2, "a second refusal asks again"
    assert not seen
    parts.jobs.resume()
    wait_for(lambda: seen and parts.jobs.parked == 1)
    parts.jobs.give_up(ApiProblem("signed_out"))
    wait_for(lambda: gave_up)
    assert seen == ["saved"]
    assert len(gave_up) == 1


def test_what_the_first_person_asked_for_never_reaches_the_second(parts: Parts) -> None:
    heard: list[object] = []
    asked: list[int] = []
    parts.jobs.signed_out.connect(lambda: asked.append(1))

    def work(_cancel: Cancel) -> None:
        raise signed_out()

    parts.jobs.start(work, done=heard.append, failed=heard.append)
    wait_for(lambda: asked)
    parts.jobs.forget()
    parts.jobs.resume()
    wait_for(parts.jobs.is_idle)
    assert heard == []


def test_a_refusal_of_the_old_session_that_arrives_late_asks_nobody_twice(parts: Parts) -> None:
    gate, started = threading.Event(), threading.Event()
    tries: list[int] = []
    seen: list[str] = []
    asked: list[int] = []
    parts.jobs.signed_out.connect(lambda: asked.append(1))

    def slow(_cancel: Cancel) -> str:
        tries.append(1)
        if len(tries) == 1:
            started.set()
            gate.wait(10)
            raise signed_out()
        return "saved"

    parts.jobs.start(slow, done=seen.append)
    assert started.wait(10)
    parts.jobs.resume()
    gate.set()
    wait_for(lambda: seen)
    assert (seen, asked) == (["saved"], [])


@pytest.mark.parametrize("is_quiet", [True, False])
def test_only_what_a_person_waits_for_counts_as_activity(parts: Parts, *, is_quiet: bool) -> None:
    counts: list[int] = []
    parts.jobs.activity_changed.connect(counts.append)
    seen: list[int] = []
    parts.jobs.start(lambda _cancel: 1, done=seen.append, is_quiet=is_quiet)
    wait_for(lambda: seen)
    assert counts == ([] if is_quiet else [1, 0])

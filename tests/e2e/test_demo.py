"""The demonstration as a newcomer starts it: real processes, real sockets, nothing simulated but the outside."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ROS_")}
    return kept | {"ROS_LANG": "cs", "TMPDIR": str(folder)}


def test_a_played_day_ends_with_both_sides_equal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "demo", "--headless", "--short", "--json"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    document = json.loads(done.stdout)
    with_push, without = document["parts"]
    for part in (with_push, without):
        assert part["arrived"] == part["changes"] >= 10
        assert (part["mails"], part["duplicates"], part["differences"]) == (0, 0, 0)
    # Push is quicker than half of the polling floor of fifteen seconds, or it was not push.
    assert with_push["raynet_to_outlook"]["p50"] < 7
    assert with_push["outlook_to_raynet"]["p50"] < 7
    assert without["raynet_to_outlook"]["max"] > 3


@contextmanager
def demo(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the page's address."""
    arguments = [sys.executable, "-m", "server.cli", "demo", "--port", "0", "--data-dir", str(folder / "demo")]
    process = subprocess.Popen(arguments, env=environment(folder), stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "http://" in line:
                yield process, "http://" + line.split("http://")[1].strip()
                break
        else:
            pytest.fail("it never said where its page is")
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def ask(url: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if body is not None else {}
    request = urllib.request.Request(url, data, kind | headers)  # noqa: S310  # the demo's own loopback address
    with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310  # as above
        return json.loads(reply.read())


def own_processes(folder: Path) -> list[str]:
    """Command lines or environments that name the demonstration's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(folder / "demo").encode() in told:
            found.append(entry.name)
    return found


def arrived(url: str, day: str, key: str) -> dict[str, Any]:
    """An event of Outlook's whose change both sides agree on by now."""
    end = time.monotonic() + 90
    while True:
        state = ask(f"{url}/api/state?user=0&day={day}")
        (row,) = [one for one in state["outlook"] if one["key"] == key]
        (change,) = [one for one in state["changes"] if one["key"] == key]
        if row["agrees"] and change["seconds"] is not None:
            found: dict[str, Any] = row
            return found
        assert time.monotonic() < end, change
        time.sleep(0.3)


def refuses_foreign_pages(url: str) -> None:
    """Only the page itself may change anything."""
    body = {"user": 0, "side": "raynet", "what": "delete", "key": "meeting:1"}
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Content-Type": "text/plain"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(f"{url}/api/act", body, **headers)
        assert refused.value.code == 403
        refused.value.close()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for orphans in /proc")
def test_when_a_process_dies_the_others_end_and_it_is_said(tmp_path: Path) -> None:
    with demo(tmp_path) as (process, _):
        (worker,) = [
            number
            for number in own_processes(tmp_path)
            if b"\0worker\0" in (Path("/proc") / number / "cmdline").read_bytes()
        ]
        os.kill(int(worker), signal.SIGKILL)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "„worker“" in told
    assert "Traceback" not in told
    assert own_processes(tmp_path) == []

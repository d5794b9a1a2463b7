"""What nginx is on a real server: takes https and passes the bytes on to the API on this machine."""

import asyncio
import contextlib
import ssl
import threading
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024
_START_SECONDS = 10.0


class Front:
    """Listens on a free port; ``url`` is the public address of the API behind it."""

    def __init__(self, context: ssl.SSLContext, behind_port: int) -> None:
        self._context = context
        self._behind_port = behind_port
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="front", daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(_START_SECONDS):
            raise OSError("no port to listen on")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accepted, "127.0.0.1", 0, ssl=self._context, backlog=256)
        )
        self.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        self._listening.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.close()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._behind_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pipe(reader, behind_writer), _pipe(behind_reader, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, ssl.SSLError):
        writer.close()

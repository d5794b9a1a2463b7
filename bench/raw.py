"""A bare client for the reference of B8 and B9: the product's own transport, and nothing around it.

``python -m bench.raw`` reads a plan as JSON from stdin and prints the CPU seconds of this process for one call.
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any

import requests

from bench.measured import cpu_of
from server.raynet.client import _SharedTls, tls_context


def main() -> None:
    plan: dict[str, Any] = json.loads(sys.stdin.readline())
    carrier = _SharedTls(tls_context(Path(plan["ca"])))
    threads = plan["threads"]
    share = plan["calls"] // threads

    def client(times: int) -> None:
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", carrier)
        for _ in range(times):
            reply = session.get(plan["url"], headers=plan["headers"], timeout=30, allow_redirects=False)
            reply.raise_for_status()
            reply.json()

    def all_of_them(times: int) -> None:
        running = [threading.Thread(target=client, args=(times,)) for _ in range(threads)]
        for one in running:
            one.start()
        for one in running:
            one.join()

    all_of_them(2)  # connections and handshakes
    sys.stdout.write(json.dumps(cpu_of(lambda: all_of_them(share)) / (share * threads)))


if __name__ == "__main__":
    main()

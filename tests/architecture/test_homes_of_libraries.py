"""A library has one home: the place that wraps it, so that replacing or fixing it is one change."""

import pytest

from tests.architecture.tree import imported, modules

#: Library → files or folders (ending in a slash) of ours that may import it.
HOMES: dict[str, tuple[str, ...]] = {
    "requests": (
        "server/raynet/client.py",
        "server/microsoft/client.py",
        "console/api/",
        "simulator/",
    ),
    "msal": ("server/microsoft/tokens.py", "console/api/entra.py"),
    "jwt": ("server/identity/", "simulator/entra/"),
    "sqlalchemy": ("server/store/",),
    "alembic": ("server/store/",),
    "psycopg2": ("server/store/",),
    "falcon": ("server/api/",),
    "gunicorn": ("server/cli/processes.py", "server/wsgi.py"),
    "schedule": ("server/sync/worker.py",),
    "cryptography": ("server/store/crypto.py", "server/microsoft/certificate.py", "simulator/", "console/api/tls.py"),
    "argon2": ("server/api/", "server/store/"),
    "click": ("server/cli/", "simulator/__main__.py", "simulator/demo/__main__.py"),
    "rich": ("server/cli/",),
    "PySide6": ("console/",),
    "keyring": ("console/keystore.py",),
}


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_imported_in_its_home_only(library: str) -> None:
    strangers = [
        f"{name}:{line}"
        for name, tree in modules("server", "console", "simulator")
        if not name.startswith(HOMES[library])
        for module, line in imported(tree)
        if module.partition(".")[0] == library
    ]
    assert not strangers, f"{library} belongs to {', '.join(HOMES[library])}, not to:\n" + "\n".join(strangers)

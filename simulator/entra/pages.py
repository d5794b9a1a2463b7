"""The HTML pages a person sees: sign-in, admin consent, the self-posting form for loopback listeners. Czech first."""

from collections.abc import Iterable, Mapping
from html import escape

_STYLE = (
    "body{font-family:Segoe UI,sans-serif;max-width:36rem;margin:3rem auto;color:#1b1b1b;background:#fff}"
    "button{font:inherit;padding:.6rem 1rem;margin:.3rem 0;width:100%;text-align:left;cursor:pointer}"
)


def page(title: str, body: str) -> bytes:
    """A whole document with the simulator's look."""
    return (
        f'<!doctype html><html lang="cs"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    ).encode()


def hidden(fields: Mapping[str, str]) -> str:
    """Hidden inputs for a form."""
    return "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in fields.items())


def choice_page(title: str, action: str, fields: Mapping[str, str], choices: Iterable[tuple[str, str]]) -> bytes:
    """A form whose buttons are (value, text); each submits ``choice`` together with the hidden fields."""
    buttons = "".join(
        f'<button type="submit" name="choice" value="{escape(value)}">{escape(text)}</button>'
        for value, text in choices
    )
    return page(title, f'<form method="post" action="{escape(action)}">{hidden(fields)}{buttons}</form>')


def self_posting_page(action: str, fields: Mapping[str, str]) -> bytes:
    """Posts itself to the redirect URI: loopback listeners take nothing else. Fact: [tested], graph-calendar §5."""
    form = (
        f'<form method="post" action="{escape(action)}">{hidden(fields)}'
        "<noscript><button>Pokračovat / Continue</button></noscript></form>"
        "<script>document.forms[0].submit()</script>"
    )
    return page("Přihlášení / Signing in", form)


def error_page(text: str) -> bytes:
    """A dead end for the person: the redirect URI itself cannot be trusted."""
    return page("Přihlášení se nezdařilo / Sign-in failed", f"<p>{escape(text)}</p>")

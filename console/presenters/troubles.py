"""What a person is told when a call failed: what happened, whether anything was saved, and what to do next."""

from dataclasses import dataclass

from console.api.problems import (
    ApiProblem,
    Broken,
    Busy,
    Clash,
    Missing,
    NoRights,
    Offline,
    Refused,
    SignedOut,
    Stale,
    Unacceptable,
    Untrusted,
    WrongVersion,
)
from console.i18n import translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """``next_step`` is one of ``retry``, ``sign_in``, ``reload``, ``server``, ``none``: which button helps."""

    icon: str
    title: str
    text: str
    next_step: str
    support_code: str = ""


def explained(problem: Exception, language: str) -> Trouble:
    """In the language of the window. The server's own sentence is preferred where it gave one."""
    match problem:
        case Offline():
            return _offline(problem)
        case Untrusted():
            return Trouble(
                icon="lock",
                title=translate("Troubles", "The server's certificate is not trusted"),
                text=certificate_problem(problem.reason),
                next_step="server",
            )
        case WrongVersion():
            return Trouble(
                icon="server",
                title=translate("Troubles", "The console and the server do not understand each other"),
                text=translate(
                    "Troubles",
                    "They are of versions that do not fit together. Update the console from your administrator's "
                    "download page, or try again after the server was updated.",
                ),
                next_step="retry",
                support_code=problem.detail,
            )
        case Refused():
            return _refused(problem, language)
        case ApiProblem():
            return _defect()
        case _:
            return _defect()


def _defect() -> Trouble:
    return Trouble(
        icon="error",
        title=translate("Troubles", "The console made a mistake"),
        text=translate("Troubles", "Nothing was changed by it. Try again; if it comes back, tell support."),
        next_step="retry",
    )


def _offline(problem: Offline) -> Trouble:
    if problem.is_unknown:
        text = translate(
            "Troubles",
            "The connection broke before the answer came, so it is not known whether the change was saved. "
            "What you typed is still here; trying again is safe.",
        )
    elif problem.reason == "timeout":
        text = translate("Troubles", "It took too long to answer. Nothing was lost; try again.")
    else:
        text = translate(
            "Troubles", "Check the network, the VPN and the address of the server. The console keeps trying by itself."
        )
    return Trouble(
        icon="offline", title=translate("Troubles", "The server cannot be reached"), text=text, next_step="retry"
    )


def _refused(problem: Refused, language: str) -> Trouble:
    told = problem.told
    titles = {
        SignedOut: ("lock", translate("Troubles", "Your session has ended"), "sign_in"),
        NoRights: ("lock", translate("Troubles", "You have no rights to this"), "none"),
        Missing: ("search", translate("Troubles", "This is not here any more"), "reload"),
        Stale: ("edit", translate("Troubles", "Somebody changed this meanwhile"), "reload"),
        Busy: ("clock", translate("Troubles", "Too many attempts"), "retry"),
        Clash: ("warning", translate("Troubles", "This is not possible now"), "reload"),
        Unacceptable: ("warning", translate("Troubles", "A value was not accepted"), "none"),
        Broken: ("error", translate("Troubles", "The server has a problem"), "retry"),
    }
    fallback = ("warning", translate("Troubles", "The server refused"), "retry")
    icon, title, step = titles.get(type(problem), fallback)
    support = told.request_id if isinstance(problem, Broken) else ""
    text = told.title(language)
    if told.code == "invalid":
        # The server names the member as its contract does, which nobody sees in the window.
        text = translate("Troubles", "Correct what you typed and try again.")
    return Trouble(icon=icon, title=title, text=text, next_step=step, support_code=support)


def certificate_problem(reason: str) -> str:
    """Why a certificate is not accepted and what helps."""
    sentences = {
        "self_signed": translate(
            "Troubles",
            "It is signed by itself. If that is intended, compare the fingerprint with your administrator "
            "and choose the file with the certificate below.",
        ),
        "unknown_issuer": translate(
            "Troubles",
            "Its issuer is not known to this computer. If your company has an own authority, choose the file with "
            "its certificate below.",
        ),
        "expired": translate("Troubles", "It has expired. The administrator of the server must renew it."),
        "not_yet_valid": translate("Troubles", "It is not valid yet. Check the clock of this computer."),
        "wrong_name": translate(
            "Troubles", "It belongs to another name. Check the address; somebody may be standing in between."
        ),
    }
    return sentences.get(reason, translate("Troubles", "It could not be verified."))

"""The errors Raynet answers with; bodies carry type, message, translatedMessage and status [seen], raynet-api §7."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class RaynetError(Exception):
    """One error reply. ``kind`` starts ``message`` like a Java exception name; clients classify on it."""

    status: int
    kind: str
    detail: str
    translated: str

    def body(self) -> dict[str, object]:
        return {
            "type": self.kind,
            "message": f"{self.kind}: {self.detail}",
            "translatedMessage": self.translated,
            "status": self.status,
        }


def not_found(what: str) -> RaynetError:
    return RaynetError(404, "EntityNotFoundException", f"{what} not found", "Záznam nebyl nalezen.")


def bad_input(detail: str) -> RaynetError:
    """400: malformed or missing input. Fact: message speaks of "input data" [seen, weak], §4."""
    return RaynetError(400, "InputDataException", f"input data error: {detail}", "Chyba vstupních dat.")


def unsupported_column(name: str) -> RaynetError:
    """Fact: ``Unsupported filter column [x]`` [spec][seen], §5."""
    return RaynetError(400, "IllegalArgumentException", f"Unsupported filter column [{name}]", "Neznámý filtr.")


def unexpected(detail: str) -> RaynetError:
    """500 for an invalid enum value or an unknown field [seen, weak], §7."""
    return RaynetError(500, "IllegalArgumentException", f"unexpected error: {detail}", "Neočekávaná chyba.")


def business(key: str, translated: str) -> RaynetError:
    """A permanent business error dressed as 500 [spec], §7."""
    return RaynetError(500, "TranslatedApplicationException", f"exception.{key}", translated)


def duplicate_key() -> RaynetError:
    return business("duplicateKey", "Záznam s tímto klíčem již existuje.")


def conversion_failed(field: str) -> RaynetError:
    return RaynetError(500, "ConversionFailedException", f"cannot convert value of [{field}]", "Hodnotu nelze převést.")


def access_denied(status: int, translated: str = "Nemáte oprávnění k této operaci.") -> RaynetError:
    return RaynetError(status, "AttributeAccessDeniedException", "access denied", translated)


def unauthorised() -> RaynetError:
    return RaynetError(401, "BadCredentialsException", "Bad credentials", "Neplatné přihlašovací údaje.")


def limit_reached(what: str) -> RaynetError:
    """Fact: ``RequestLimitReached`` [spec], §6; whether concurrency has the same body is open (§22 #8)."""
    return RaynetError(429, "RequestLimitReached", f"API request limit reached. {what}", "Překročen limit požadavků.")

"""What the commands that show children share: who looks and why, whether restricted children are shown, the audit."""

import getpass
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.store.audit_entries import COMMAND_LINE, RESTRICTED_TOO
from send_integration.store.children import find_child
from send_integration.store.sessions import SHOWN, Session, record_each

By = Annotated[str, typer.Option(help="Your worker id, for the audit.", default_factory=getpass.getuser)]
ShowRestricted = Annotated[
    bool, typer.Option("--restricted", help="Restricted children too; needs --why, and is written down.")
]
WhyLook = Annotated[str, typer.Option("--why", help="Why restricted children are shown; for the audit.")]


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody at a command line who looks at children; without `restricted`, such children are not there at all."""

    engine: Engine
    session: Session
    restricted: bool
    why: str

    def find(self, reference: str, action: str) -> str:
        """The child id for a reference; the caller says whether the child was shown. Raises BadInput where there is none."""
        found = find_child(self.engine, reference, restricted=self.restricted)
        if found is None:
            secret = find_child(self.engine, reference, restricted=True)
            if secret is not None:
                self.refused(action, [secret])
            raise unknown_child()
        return found

    def saw(self, action: str, child_ids: Iterable[str | None], *, about: str = "") -> None:
        """Write down which children were shown; None stands for what is of no one child, and `about` says of what."""
        why = f"{RESTRICTED_TOO}{self.why}" if self.restricted else "command line"
        self._record(action, child_ids, f"{about}, {why}" if about else why, allowed=True)

    def was_shown(self, action: str, what: str, child_id: str | None = None) -> None:
        """Write down that a list was shown: which one, and not everybody who stands in it."""
        self._record(action, [child_id], f"{SHOWN}{what}, command line", allowed=True)

    def refused(self, action: str, child_ids: Iterable[str | None]) -> None:
        """Write down that restricted children were asked for and not shown."""
        self._record(action, child_ids, "restricted, asked for without --restricted", allowed=False)

    def _record(self, action: str, child_ids: Iterable[str | None], why: str, *, allowed: bool) -> None:
        record_each(self.engine, self.session, action, child_ids, allowed=allowed, why=why)


def unknown_child() -> BadInput:
    """What is said of a child who is not there, and of one of whom the person may not know."""
    return BadInput(
        "Nobody, or more than one, is known by that",
        where="the child",
        next_step="Give a child id, or a whole reference: nhs:…, upn:… or local:….",
    )


def looker(engine: Engine, by: str, *, restricted: bool, why: str) -> Looker:
    """Who looks. Raises BadInput where restricted children are asked for without a reason."""
    if restricted and not why.strip():
        raise BadInput("Showing restricted children needs a reason, for the audit", where="--why")
    return Looker(engine, Session(by, COMMAND_LINE, ""), restricted, why.strip())

"""By what a person sees a child, and on what basis the child's records are shared, for the child's page."""

from dataclasses import dataclass, replace

from send_integration.store.access import BrokenGlass, open_glass_of_child
from send_integration.store.children import Standing
from send_integration.store.sessions import Session
from send_integration.store.sharing import SharingBasis, bases_of
from send_integration.web.context import Site
from send_integration.web.policy import Action, Fields, allowed, seen_fields


@dataclass(frozen=True, slots=True)
class ChildLaw:
    """Whoever sees the child by broken glass now, what stands of the basis, and what the person may do about either."""

    glass: list[BrokenGlass]
    basis: SharingBasis | None
    may_record_basis: bool
    may_break_glass: bool


def law_of(site: Site, session: Session, standing: Standing, sees: Fields) -> ChildLaw:
    """What the child's page says of the law to a person who sees so much of the child."""
    said = bases_of(site.engine, standing.child_id)
    return ChildLaw(
        open_glass_of_child(site.engine, standing.child_id),
        said[0] if said else None,
        site.ask(session, Action.RECORD_BASIS, standing).allowed,
        _would_see_more(site, session, standing, sees),
    )


def _would_see_more(site: Site, session: Session, standing: Standing, sees: Fields) -> bool:
    """Whether breaking the glass would show the person more of a child than they see."""
    if standing.restricted or not allowed(Action.BREAK_GLASS, session.role, sector=session.sector).allowed:
        return False
    tie = replace(site.tie(session, standing), glass=True)
    return set(seen_fields(session.role, session.sector, tie)) > set(sees)

"""The copy of a child's story for the child and the family: what may go in is decided in `timeline.plain_story`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from send_integration.contracts.registry import read
from send_integration.store.children import StoredChild, bodies_shown
from send_integration.store.families import family_of, names_of_family
from send_integration.store.sessions import Session
from send_integration.timeline.plain_story import Story, story_of
from send_integration.web.context import Site, written_day, written_moment
from send_integration.web.printing.press import print_pdf

QUESTIONS = (
    "What goes well for you?",
    "What is hard for you?",
    "Who and what helps you most?",
    "What do you want to change?",
    "Is something here wrong? Did we leave something out?",
)
"""What the copy asks, with room for the answers."""


def told_story(site: Site, child: StoredChild) -> Story:
    """What a copy can tell of a child."""
    events = [read(body) for body in bodies_shown(site.engine, child.child_id)]
    return story_of(events, child.answer["milestones"], site.settings.today(), _relatives(site.engine, child.child_id))


def printed_copy(site: Site, session: Session, child: StoredChild, story: Story, at: datetime) -> bytes:
    """The copy as PDF; it says by its role alone who made it. Raises NoPress where this machine cannot print."""
    today, role = site.settings.today(), session.role.replace("-", " ")
    page = site.templates.get_template("pack/family_copy.html").render(
        story=story,
        given_name=child.given_name,
        authority=site.settings.authority,
        rehearsal=site.settings.as_of,
        as_at=today,
        questions=QUESTIONS,
        at=at,
        mark=f"{site.settings.authority} Council, {written_moment(at)}",
        foot=f"As at {written_day(today)}. Made for you by a {role} of {site.settings.authority} Council"
        f" on {written_moment(at)}.",
    )
    return print_pdf(page, "family-copy")


def _relatives(engine: Engine, child_id: str) -> Sequence[str]:
    """The names of the child's family as any source has them, restricted children's among them: no quote may hold them."""
    return names_of_family(engine, child_id, family_of(engine, child_id).children() - {child_id})

"""The person records of a whole town as its agencies come to know them, without what happened to anybody."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from send_integration.simulate.agencies import (
    CAMHS,
    COMMUNITY_HEALTH,
    EARLY_HELP,
    EHC_TEAM,
    MATERNITY,
    PANEL,
    REGISTER,
    SCHOOLS,
    SOCIAL_CARE,
    Agency,
)
from send_integration.simulate.clerks import Clerks
from send_integration.simulate.histories import MATERNITY_SINCE
from send_integration.simulate.people import Child, Town


class Contact(NamedTuple):
    """The share of children whom an agency comes to know, and the ages in years between which it first does."""

    share: float
    youngest: float
    oldest: float


CONTACTS: Mapping[Agency, Contact] = {
    REGISTER: Contact(1.0, 0.5, 1.4),
    SCHOOLS: Contact(0.97, 4.0, 5.0),
    EHC_TEAM: Contact(0.7, 3.0, 14.0),
    COMMUNITY_HEALTH: Contact(0.6, 1.5, 12.0),
    CAMHS: Contact(0.22, 8.0, 17.0),
    EARLY_HELP: Contact(0.25, 1.5, 15.0),
    SOCIAL_CARE: Contact(0.15, 1.5, 16.0),
    PANEL: Contact(0.08, 3.0, 16.0),
}
"""All but maternity, which knows those who were born here since it sends events."""


class KnownPerson(NamedTuple):
    """What an agency wrote down of a child, from a day on."""

    agency: Agency
    child: Child
    since: date
    person: Mapping[str, Any]


def known_people(town: Town, clerks: Clerks, chance: Random, *, born_here: float, until: date) -> Iterator[KnownPerson]:
    """Every version of every child's record at every agency that has come to know the child by `until`."""
    for child in town.children:
        for agency, first_known in _contacts(child, chance, born_here):
            versions = clerks.versions(agency, child)
            at_first = clerks.person_on(agency, child, first_known)
            if first_known <= until:
                yield KnownPerson(agency, child, first_known, at_first)
            for version in versions:
                if first_known < version.since <= until:
                    yield KnownPerson(agency, child, version.since, version.person)


def _contacts(child: Child, chance: Random, born_here: float) -> Iterator[tuple[Agency, date]]:
    if child.date_of_birth >= MATERNITY_SINCE and chance.random() < born_here:
        yield MATERNITY, child.date_of_birth
    for agency, contact in CONTACTS.items():
        if chance.random() < contact.share:
            age_in_days = int(365.25 * chance.uniform(contact.youngest, contact.oldest))
            yield agency, child.date_of_birth + timedelta(age_in_days)

"""Module 1 of a SEN2 return: who a child is, as the authority's own records say first and other agencies' after them."""

from collections.abc import Sequence

from send_integration.contracts.event import Event, Person
from send_integration.identity.features import names_somebody
from send_integration.warehouse.sen2_modules import Branch, printed


def person_of(child_id: str, events: Sequence[Event]) -> Branch:
    """The person's row; what the authority never said is taken from whoever said it last, a name in place of none among it."""
    told = sorted(
        (event for event in events if event.person is not None), key=lambda event: (event.recorded_at, *event.key)
    )
    own = [event.person for event in told if event.feed == "ehcp" and event.person is not None]
    everybody = [event.person for event in told if event.person is not None]
    latest = (own or everybody)[-1]
    named = next((one for one in (*reversed(own), *reversed(everybody)) if names_somebody(one.given_name)), latest)
    upn = _last(own, everybody, "upn")
    cells = {
        "surname": named.family_name,
        "forename": named.given_name,
        "personbirthdate": printed(latest.date_of_birth),
        "sex": _last(own, everybody, "gender"),
        "ethnicity": _last(own, everybody, "ethnicity"),
        "postcode": _last(own, everybody, "postcode"),
        "upn": upn,
        "uniquelearnernumber": _number(told, "unique_learner_number"),
        "upnunknown": "" if upn else _number(told, "upn_unknown"),
    }
    return Branch("person", latest.local_id or child_id, cells)


def _last(own: Sequence[Person], everybody: Sequence[Person], name: str) -> str:
    for persons in (own, everybody):
        for person in reversed(persons):
            value = getattr(person, name)
            if value:
                return str(value)
    return ""


def _number(told: Sequence[Event], name: str) -> str:
    return next((event.text(name) for event in reversed(told) if event.text(name)), "")

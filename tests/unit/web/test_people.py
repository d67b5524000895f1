"""The made-up people who can sign in."""

from send_integration.simulate.agencies import AGENCIES, worker_of
from send_integration.web.people import PEOPLE


def test_workers_with_children_are_those_of_the_simulated_authority_under_their_own_names() -> None:
    workers = [worker_of(agency, number) for agency in AGENCIES for number in range(10)]
    simulated = {worker["id"]: worker["name"] for worker in workers}
    signs_in = {person.actor: person.name for person in PEOPLE if person.actor in simulated}

    assert len(signs_in) == 3
    assert signs_in == {actor: simulated[actor] for actor in signs_in}
    assert len(set(simulated.values())) == len(simulated), "people are told apart by their names"

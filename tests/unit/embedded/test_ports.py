"""A port that was found free stays so until what it is for listens there."""

import socket
from contextlib import ExitStack

from send_integration.embedded.ports import free_port, free_ports, port_is_free


def test_no_connection_outwards_can_take_a_free_port_before_it_is_used() -> None:
    """Linux gives a connection any port of its range, also one that somebody found free a moment ago."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        given = set()
        for _ in range(100):
            connection = stack.enter_context(socket.create_connection(listener.getsockname()))
            given.add(connection.getsockname()[1])
    assert not [port for port in free_ports(100) if min(given) <= port <= max(given)]


def test_a_port_that_is_taken_is_not_free() -> None:
    port = free_port()
    assert port_is_free("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free("127.0.0.1", port)


def test_ports_for_one_process_differ() -> None:
    assert len(set(free_ports(5_000))) == 5_000

"""`send-integration worker`: one stream worker in this process."""

from send_integration.cli.services import services_of_a_worker
from streams.run import prefer_uvloop, run
from streams.stream_worker import assemble


def worker() -> None:
    """Run a stream worker until Ctrl-C or a request to terminate; start more to share the load."""
    now, engine = services_of_a_worker()
    prefer_uvloop()
    run(assemble(now, engine))

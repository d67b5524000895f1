"""`send-integration reports`: the worker that keeps the warehouse, in this process."""

from send_integration.cli.services import services_of_a_worker
from streams.reports_worker import assemble
from streams.run import prefer_uvloop, run


def reports() -> None:
    """Keep the warehouse's tables until Ctrl-C or a request to terminate; one is enough, and no flag waits for it."""
    now, engine = services_of_a_worker()
    prefer_uvloop()
    run(assemble(now, engine))

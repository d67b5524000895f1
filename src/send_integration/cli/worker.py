"""`send-integration worker`: one stream worker in this process."""

from send_integration.cli.services import required_settings, services_of_a_worker
from send_integration.store.master_keys import read_master_keys
from streams.run import prefer_uvloop, run
from streams.stream_worker import assemble


def worker() -> None:
    """Run a stream worker until Ctrl-C or a request to terminate; start more to share the load.

    What it says of children is protected by the keys of their records; without the master key of these nothing is read.
    """
    read_master_keys(required_settings().record_key_folder)
    now, engine = services_of_a_worker()
    prefer_uvloop()
    run(assemble(now, engine))

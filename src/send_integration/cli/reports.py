"""`send-integration reports`: the worker that keeps the warehouse, in this process."""

from typing import Annotated

import typer

from send_integration.cli.services import required_settings, services_of_a_worker
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.store.master_keys import read_master_keys
from send_integration.store.pseudonym_keys import read_pseudonyms
from streams.reports_worker import assemble
from streams.run import prefer_uvloop, run


def reports(
    *,
    from_nothing: Annotated[
        bool,
        typer.Option(
            "--from-nothing",
            help="First empty the tables, their past too, and fill them again: for a key that is new. Whoever keeps"
            " changes takes all anew.",
        ),
    ] = False,
) -> None:
    """Keep the warehouse's tables until Ctrl-C or a request to terminate; one is enough, and no flag waits for it.

    Children stand there under pseudonyms of the key `warehouse`; without it nothing is written. The
    clean events are opened by the master key of the records' keys.
    """
    names = read_pseudonyms(required_settings().pseudonym_folder, WAREHOUSE)
    read_master_keys(required_settings().record_key_folder)
    now, engine = services_of_a_worker()
    prefer_uvloop()
    run(assemble(now, engine, names, from_nothing=from_nothing))

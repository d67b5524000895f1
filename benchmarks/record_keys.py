"""Keys of person records for what is measured, under a master key that everybody knows."""

from send_integration.store.master_keys import master_name
from send_integration.store.record_keys import RecordKeys

MASTER = bytes(range(32))
KEYS = RecordKeys(lambda: {master_name(MASTER): MASTER})
"""One process's, for whatever database: they are found anew in each."""

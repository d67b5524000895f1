"""Row expectations on windows of events: what the contract of one event alone cannot see.

Great Expectations and pandas are imported in this room only, and take seconds: import it in a worker's process, never
in the command line's start-up nor in the page.
"""

import os

# Great Expectations reads this when a context is made; the audit and the tests make one, and nothing may call home.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

"""What a feed's suite says beside its expectations, read without Great Expectations, which takes seconds to import."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import send_integration

_PACKAGE = Path(send_integration.__file__).parent
_FOLDERS = (_PACKAGE / "expectations", _PACKAGE.parents[1] / "expectations")
"""Of an installed package, and of a checkout; `quality` knows them too."""


@lru_cache(maxsize=32)
def suite_file(feed: str) -> dict[str, Any]:
    """A feed's suite as it is written; empty where there is none."""
    path = next((folder / f"{feed}.json" for folder in _FOLDERS if (folder / f"{feed}.json").is_file()), None)
    return {} if path is None else dict(json.loads(path.read_text(encoding="utf-8")))

"""Makes the public corpora once, in a virtual environment and a cache of their own, and reads them."""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent


def cache_folder() -> Path:
    """Where corpora are kept between runs."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "send_integration" / "bench-identity"


def make_corpora(folder: Path) -> Path:
    """The folder of the public corpora; their packages want an older pandas than ours, so they have their own Python."""
    corpora = folder / "corpora"
    if not all((corpora / f"{name}.jsonl").exists() for name in ("febrl1", "febrl2", "febrl3", "febrl4", "households")):
        python = _python(folder / "venv")
        print(f"Making the public corpora in {corpora}, once.", flush=True)
        subprocess.run([python, HERE / "corpora.py", corpora], check=True, stdout=subprocess.DEVNULL)
    return corpora


def _python(folder: Path) -> Path:
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        print(f"Installing recordlinkage and pseudopeople in {folder}, once.", flush=True)
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", str(HERE / "corpora.lock")], check=True)
    return python

"""What the demonstration says is what a shell understands."""

import subprocess
from pathlib import Path

from sqlalchemy import create_engine

from send_integration.cli.demo_parts import System


def test_the_settings_of_a_demonstration_reach_another_terminal(tmp_path: Path) -> None:
    address = "postgresql+psycopg://postgres:@/postgres?host=/tmp/it's a folder"
    system = System({"SEND_DATABASE": address, "SEND_PARTITIONS": "2"}, create_engine("sqlite://"), tmp_path, 8080)

    path = system.write_settings()

    shell = f'. "{path}" && printf "%s,%s" "$SEND_DATABASE" "$SEND_PARTITIONS"'
    said = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert said == f"{address},2"

"""The few errors that this software raises; the type says what to do about it.

    SendError
    ├── BadInput        what a person gave us is wrong: mend it and run the command again   (exit code 2)
    │   └── DecidedMeanwhile   somebody else decided first: see what, and decide again
    ├── BadSetting      a setting or rules file is wrong: mend it and start again           (exit code 78)
    ├── NotReady        a broker, database or port is not there: try again when it is       (exit code 69)
    ├── NotBalanced     the ledger does not add up: stop and look                           (exit code 1)
    └── Broken          a promise between our own parts was broken: stop, nothing is lost   (exit code 70)
        └── GapFound    messages are missing between what was kept and what came: read again from there

Bad events are no errors: they are outputs, with every reason (`contracts.event.Rejected`). No message of an error
holds a name, a date of birth, an identifier or a note.
"""

from typing import ClassVar


class SendError(Exception):
    """What happened, where, and what to do next, in words for the person at the terminal."""

    exit_code: ClassVar[int] = 70

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.next_step}" if self.next_step else ""
        return f"{place}{self.what.rstrip('.')}.{advice}"


class BadInput(SendError):
    """A file, an option or a form is wrong."""

    exit_code = 2


class DecidedMeanwhile(BadInput):
    """A person decides on children on whom another has decided since they were shown."""


class BadSetting(SendError):
    """A setting, a rules file or a suite is wrong; codes follow sysexits.h (EX_CONFIG)."""

    exit_code = 78


class NotReady(SendError):
    """Something we depend on cannot be reached (EX_UNAVAILABLE)."""

    exit_code = 69


class NotBalanced(SendError):
    """Some event is unaccounted for."""

    exit_code = 1


class Broken(SendError):
    """A promise between our own parts was broken; the process ends so that nothing is acknowledged (EX_SOFTWARE)."""

    exit_code = 70


class GapFound(Broken):
    """A batch starts past the last message that was kept."""

    def __init__(self, topic: str, partition: int, *, expected: int, found: int) -> None:
        super().__init__(
            f"Message {expected} is expected and {found} came",
            where=f"{topic}, partition {partition}",
            next_step="The worker stops and reads again from the stored position.",
        )

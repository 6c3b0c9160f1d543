"""What may go wrong in a run, each with the exit code of the command line."""

INTERRUPTED = 130
"""Exit code of a run that was ended with Ctrl-C."""
TERMINATED = 143
"""Exit code of a run that was told to end, by SIGTERM."""
BROKEN_DOWN = 4


class ClvError(Exception):
    """A failure whose message is one or more sentences for the user."""

    exit_code = 2


class UsageError(ClvError):
    """Wrong use or configuration, or a machine that can't do what is asked. Exit code 2."""


class DataError(ClvError):
    """The data failed, nothing was published. Exit code 1."""

    exit_code = 1


class LockedError(ClvError):
    """Another run holds the lock of the warehouse. Exit code 3."""

    exit_code = 3


class MachineError(ClvError):
    """The machine failed (memory, disk, connection), or this program did: another try may help. Exit code 4."""

    exit_code = BROKEN_DOWN


class StoppedError(ClvError):
    """The user has ended the run, with Ctrl-C or by SIGTERM. Exit code 130 or 143."""

    exit_code = INTERRUPTED

    def __init__(self, message: str, is_terminated: bool = False) -> None:
        """Say by which signal it was ended."""
        super().__init__(message)
        if is_terminated:
            self.exit_code = TERMINATED

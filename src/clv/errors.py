"""What may go wrong in a run, each with the exit code of the command line."""


class UsageError(Exception):
    """Wrong use or configuration; the message is one or more sentences for the user. Exit code 2."""


class DataError(Exception):
    """The data failed, nothing was published; the message is one or more sentences for the user. Exit code 1."""

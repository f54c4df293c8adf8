"""What is wrong with a command line."""


class UsageError(Exception):
    """The command line cannot be right."""

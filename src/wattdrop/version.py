"""The version of the package, apart from everything else: asking the installed metadata for it takes 40 ms."""

__version__ = "0.1.0"

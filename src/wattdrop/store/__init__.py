"""What a service remembers: customers' keys. One SQLite file by default; SQL lives in numbered files."""

from .database import Database, open_database
from .keys import ApiKey, Keys

__all__ = ["ApiKey", "Database", "Keys", "open_database"]

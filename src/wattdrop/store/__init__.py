"""What a service remembers: customers' keys. One SQLite file by default; SQL lives in numbered files."""

from .database import Database, open_database
from .keys import SCOPES, ApiKey, Keys, Scope

__all__ = ["SCOPES", "ApiKey", "Database", "Keys", "Scope", "open_database"]

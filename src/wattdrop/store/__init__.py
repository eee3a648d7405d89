"""What a service remembers: customers, keys, objects, usage. One SQLite file, or PostgreSQL; SQL lives here only."""

from .buckets import DatabaseBuckets
from .customers import FIRST_CUSTOMER_ID, GLOBAL_CUSTOMER_ID, Customer, Customers, User
from .database import Database, open_database
from .entities import Change, Entities, EntityKind, StoredEntity
from .grouped import Amount
from .keys import SCOPES, ApiKey, Keys, Scope
from .ledger import Ledger
from .rows import LedgerColumns, LedgerRow
from .secret import key_secret
from .store import Store, open_store
from .usage import Usage, UsageReader

__all__ = [
    "FIRST_CUSTOMER_ID",
    "GLOBAL_CUSTOMER_ID",
    "SCOPES",
    "Amount",
    "ApiKey",
    "Change",
    "Customer",
    "Customers",
    "Database",
    "DatabaseBuckets",
    "Entities",
    "EntityKind",
    "Keys",
    "Ledger",
    "LedgerColumns",
    "LedgerRow",
    "Scope",
    "Store",
    "StoredEntity",
    "Usage",
    "UsageReader",
    "User",
    "key_secret",
    "open_database",
    "open_store",
]

"""What the resources of the service share."""

from __future__ import annotations

from typing import NamedTuple

from ..store import Store
from .authorisation import KeyRing
from .catalogs import Catalogs
from .demo import Demo
from .impacts import Impacts
from .lifecycle import Lifecycle
from .limits import Limits
from .readiness import Readiness
from .recording import Recorder
from .settings import Settings


class Context(NamedTuple):
    """Handed to every resource."""

    keys: KeyRing
    catalogs: Catalogs
    impacts: Impacts
    limits: Limits
    settings: Settings
    lifecycle: Lifecycle
    readiness: Readiness
    store: Store
    recorder: Recorder
    demo: Demo

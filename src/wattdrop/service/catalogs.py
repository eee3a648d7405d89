"""Which facts a caller sees: the shipped catalog, what an operator changed for everybody, and the customer's own objects.

Each customer's catalog is kept until a revision in the database says that it is old. Where asking travels, that is asked at
most once a second. An SQLite file is asked after every change of it, which its write-ahead log tells, and once a
second. While the database is away the last known catalog answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from ..catalog import Catalog
from ..engine.columns import TABLES
from ..engine.described import with_objects
from ..engine.stated import Described
from ..errors import Conflict, StoreError, WattdropError
from ..store import GLOBAL_CUSTOMER_ID, Entities, StoredEntity

_log = logging.getLogger(__name__)

_MOST_CUSTOMERS: Final = 256
_MOST_BROKEN: Final = 20
_FRESH_S: Final = 1.0

#: Why an object is left out that may be in order.
NOT_LOOKED_AT: Final = Conflict(
    f"{_MOST_BROKEN} other objects no longer fit, so that this one is left out, too; mend or delete those first"
)

Objects = Mapping[tuple[str, str], StoredEntity]


class Layer(NamedTuple):
    """A catalog with the objects that were laid over the one below, as they were at a revision."""

    revision: int
    below: Catalog
    catalog: Catalog
    objects: Objects
    unfit: Mapping[str, WattdropError]  # table/id of objects that are left out, and why


class Catalogs:
    """The catalog of each customer."""

    def __init__(
        self,
        shipped: Catalog,
        entities: Entities,
        load: Callable[[], Catalog] | None = None,
        clock: Callable[[], float] = time.monotonic,
        shipped_anew: Callable[[Catalog], None] = lambda catalog: None,
    ) -> None:
        """``shipped_anew`` is told of each shipped catalog that takes the place of the one before."""
        self._shipped = shipped
        self._shipped_anew = shipped_anew
        self._entities = entities
        self._load = load or (lambda: shipped)
        self._clock = clock
        self._costly = entities.costly
        self._lock = threading.RLock()
        self._layers: OrderedDict[int, Layer] = OrderedDict()
        self._asked: dict[int, tuple[float, object]] = {}
        """Until when the answer may be trusted, and the mark of the database before it was asked."""
        self._away = False  # the database did not answer when it was last asked
        self._look_at = 0.0
        self._reloaded: object = None
        self._seen_reload = False

    @property
    def base(self) -> Catalog:
        """The facts that the package ships."""
        return self._shipped

    def of(self, customer_id: int) -> Catalog:
        """The facts that a customer sees."""
        return self.layer(customer_id).catalog

    def layer(self, customer_id: int) -> Layer:
        """A customer's objects over what everybody sees; for customer 0, what everybody sees over the shipped facts."""
        with self._lock:
            known = self._layers.get(customer_id)
            now, mark = self._clock(), None
            if known is not None:
                until, marked = self._asked.get(customer_id, (0.0, None))
                mark = None if self._costly else self._entities.mark()
                if until > now and (self._costly or (mark is not None and mark == marked)):
                    return known
            elif not self._costly:
                mark = self._entities.mark()
            if known is not None and self._away:
                self._look_whether_it_is_back(now)
                return known
            try:
                found = self._current(customer_id)
            except StoreError:
                if known is None:
                    raise
                _log.warning("objects of customers are as they were last known, until the database is back")
                self._away, self._look_at = True, now + _FRESH_S
                return known
            self._asked[customer_id] = now + _FRESH_S, mark
            return found

    def _look_whether_it_is_back(self, now: float) -> None:
        """On a thread, once a second: a database that hangs must not hold up answers that need none."""
        if now < self._look_at:
            return
        self._look_at = float("inf")

        def look() -> None:
            try:
                self._entities.revisions(GLOBAL_CUSTOMER_ID)
                self._away = False
            except StoreError:
                pass
            finally:
                self._look_at = self._clock() + _FRESH_S

        threading.Thread(target=look, name="wattdrop-objects-away", daemon=True).start()

    def before(
        self, customer_id: int, revision: int, below: Catalog, objects: Callable[[], Iterable[StoredEntity]]
    ) -> Layer:
        """A customer's objects before a change that is under way; it may not be kept, so nothing is remembered."""
        with self._lock:
            known = self._layers.get(customer_id)
        if known is not None and known.revision == revision and known.below is below:
            return known
        return built(revision, below, objects())

    def keep(self, customer_id: int, layer: Layer) -> None:
        """A change of this process was kept: what it made is what everybody sees from now on."""
        with self._lock:
            self._put(customer_id, layer)
            self._asked.clear()

    def forget(self) -> None:
        """Ask the database anew at the next request."""
        with self._lock:
            self._asked.clear()

    def reload(self) -> None:
        """Read the data files again and use them from now on. Raises ``CatalogError`` and keeps the previous ones."""
        fresh = self._load()
        fresh.models.find("")  # opens what every estimate opens
        with self._lock:
            self._ship(fresh)
            self._asked.clear()

    def _ship(self, fresh: Catalog) -> None:
        self._shipped = fresh
        self._shipped_anew(fresh)

    def _current(self, customer_id: int) -> Layer:
        asked = (GLOBAL_CUSTOMER_ID, customer_id)
        revisions = dict(zip(asked, self._entities.revisions(*asked), strict=True))
        everybody = self._at(GLOBAL_CUSTOMER_ID, revisions[GLOBAL_CUSTOMER_ID], self._shipped)
        if everybody.below is not self._shipped:  # a reload was noticed on the way
            everybody = self._at(GLOBAL_CUSTOMER_ID, everybody.revision, self._shipped)
        if customer_id == GLOBAL_CUSTOMER_ID:
            return everybody
        return self._at(customer_id, revisions[customer_id], everybody.catalog)

    def _at(self, customer_id: int, revision: int, below: Catalog) -> Layer:
        known = self._layers.get(customer_id)
        if known is not None and known.revision == revision and known.below is below:
            self._layers.move_to_end(customer_id)
            return known
        if known is not None and known.revision == revision:
            objects: Iterable[StoredEntity] = known.objects.values()
        else:
            objects = self._entities.all(customer_id) if revision else ()
        layer = built(revision, below, objects)
        for place, error in layer.unfit.items():
            _log.warning("%s of customer %d is left out: %s", place, customer_id, error)
        self._put(customer_id, layer)
        if customer_id == GLOBAL_CUSTOMER_ID:
            self._notice_reload(layer)
        return layer

    def _put(self, customer_id: int, layer: Layer) -> None:
        self._layers[customer_id] = layer
        self._layers.move_to_end(customer_id)
        while len(self._layers) > _MOST_CUSTOMERS:
            forgotten, _ = self._layers.popitem(last=False)
            self._asked.pop(forgotten, None)

    def _notice_reload(self, layer: Layer) -> None:
        """Another process was told to reload: so does this one, once."""
        marker = layer.objects.get(("reload", "reload"))
        token = marker.body.get("token") if marker else None
        if self._seen_reload and token != self._reloaded:
            try:
                self._ship(self._load())
            except WattdropError as error:
                _log.warning("the catalog was not reloaded: %s", error)
        self._reloaded, self._seen_reload = token, True


def built(revision: int, below: Catalog, objects: Iterable[StoredEntity]) -> Layer:
    """Lay objects over a catalog. One that does not fit any more is left out of estimates and costs itself only.

    Each that is found costs a round. After twenty the others are left out, too, and say so: a facility that thousands stood
    on may be gone, and everybody waits.
    """
    stored: dict[tuple[str, str], StoredEntity] = {(one.kind, one.id): one for one in objects}
    left = {f"{TABLES[one.kind]}/{one.id}": one for one in stored.values() if one.kind in TABLES}
    unfit: dict[str, WattdropError] = {}
    while len(unfit) < _MOST_BROKEN:
        try:
            return Layer(revision, below, laid(below, left.values()), stored, unfit)
        except WattdropError as error:
            if error.reason not in left:
                raise
            unfit[error.reason] = error
            del left[error.reason]
    return Layer(revision, below, below, stored, {**unfit, **dict.fromkeys(left, NOT_LOOKED_AT)})


def laid(below: Catalog, objects: Iterable[StoredEntity]) -> Catalog:
    """The catalog with these objects. Own names win over those below, which may have come later."""
    return with_objects(below, (described(below, one) for one in objects), shadowing=True)


def described(below: Catalog, one: StoredEntity) -> Described:
    """A stored object as the engine takes it. An object for everybody that has a shipped id changes the shipped one."""
    replaces = ""
    if one.customer_id == GLOBAL_CUSTOMER_ID:
        table = below.table(TABLES[one.kind])
        ix = table.find(one.id)
        replaces = one.id if ix is not None and table.ids[ix] == one.id else ""
    return Described(
        one.kind, one.id, one.body, one.customer_id, one.created_at, one.updated_at, one.created_by, replaces
    )

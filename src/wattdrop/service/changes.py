"""Creating, reading, changing and deleting objects: what is kept is what can be estimated with, or nothing.

Each change lays the customer's objects, as they would be, over what everybody sees, inside the transaction. So names
cannot clash and nothing can point at what is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from ..catalog import Catalog
from ..errors import BadRequest, Conflict, Forbidden, NotFound
from ..schema.given import require
from ..schema.names import normalise
from ..schema.objects import Given
from ..store import GLOBAL_CUSTOMER_ID, Change, Entities, StoredEntity
from .catalogs import NOT_LOOKED_AT, Catalogs, Layer, built
from .kinds import KINDS, ObjectKind, shown_as_given, shown_from_catalog

_SHARED = "ids and aliases share one namespace, compared without case and separators"
_MOST_ALIASES = 100


class Caller(NamedTuple):
    """For whom objects are read and changed."""

    customer_id: int
    name: str
    is_admin: bool


class Found(NamedTuple):
    """An object that a name means, for a caller."""

    kind: ObjectKind
    id: str
    ix: int
    owner_id: int
    stored: StoredEntity | None
    shipped_ix: int | None
    catalog: Catalog


class Objects:
    """The objects of every customer, on the store and in the catalogs made of it."""

    def __init__(self, catalogs: Catalogs, entities: Entities) -> None:
        self._catalogs = catalogs
        self._entities = entities

    # --- reading ---

    def find(self, caller: Caller, kind: ObjectKind, name: str) -> Found:
        """The object of a name: the caller's own, an operator's for everybody, or a shipped one. Raises ``NotFound``."""
        layer = self._catalogs.layer(caller.customer_id)
        ix = _row(layer.catalog, kind, name)
        if ix is None:
            stored = _unfit(layer, kind, name)
            if stored is not None:
                return Found(kind, stored.id, -1, caller.customer_id, stored, None, layer.catalog)
            near = ", ".join(kind.table(layer.catalog).nearest(name[:200]))
            hint = f"; nearest: {near}" if near else ""
            raise NotFound(f"no {kind.word} is named {name[:80]!r}{hint}", field="id")
        return self._found(kind, layer, ix)

    def _found(self, kind: ObjectKind, layer: Layer, ix: int) -> Found:
        table = kind.table(layer.catalog)
        id, owner = table.ids[ix], table.text(ix, "owner_id")
        if not owner:
            return Found(kind, id, ix, GLOBAL_CUSTOMER_ID, None, ix, layer.catalog)
        owner_id = int(owner)
        everybody = self._catalogs.layer(GLOBAL_CUSTOMER_ID)
        stored = (everybody if owner_id == GLOBAL_CUSTOMER_ID else layer).objects.get((kind.name, id))
        shipped_ix = self._shipped_ix(kind, id) if owner_id == GLOBAL_CUSTOMER_ID else None
        return Found(kind, id, ix, owner_id, stored, shipped_ix, layer.catalog)

    def _shipped_ix(self, kind: ObjectKind, id: str) -> int | None:
        table = kind.table(self._catalogs.base)
        ix = table.find(id)
        return ix if ix is not None and table.ids[ix] == id else None

    def shown(self, found: Found, extended: bool) -> dict[str, Any]:
        """An object as the contract shows it."""
        if found.stored is None:
            return shown_from_catalog(found.kind, found.catalog, found.ix, None, extended)
        if found.shipped_ix is not None:
            base = self._catalogs.base
            return shown_from_catalog(found.kind, base, found.shipped_ix, found.stored, extended)
        return shown_as_given(found.kind, found.stored, extended)

    def shown_row(self, kind: ObjectKind, layer: Layer, ix: int, extended: bool) -> dict[str, Any]:
        """A row of a caller's catalog as the contract shows it."""
        return self.shown(self._found(kind, layer, ix), extended)

    # --- changing ---

    def create(self, caller: Caller, kind: ObjectKind, given: Given) -> StoredEntity:
        """A new object. Raises ``BadRequest`` or ``Conflict``."""
        body = _body(given)
        require(kind.given, body)
        body.setdefault("id", str(uuid4()))
        _check_names(body)

        made: list[StoredEntity] = []

        def change(change: Change, layer: Layer) -> StoredEntity:
            for name in (body["id"], *body.get("aliases", ())):
                owner = _owner(layer.catalog, kind, name)
                if owner is not None:
                    field = "id" if name == body["id"] else "aliases"
                    raise Conflict(f"{field}: {name!r} already names {owner}; {_SHARED}", field=field)
            if _unfit(layer, kind, body["id"]) is not None:
                raise Conflict(f"id: {body['id']} no longer fits and is left out; PUT mends it", field="id")
            made.append(change.put(kind.name, body["id"], body, caller.name))
            return made[0]

        self._change(caller.customer_id, kind, body["id"], change)
        return made[0]

    def update(self, caller: Caller, kind: ObjectKind, name: str, given: Given) -> Found:
        """Change the fields sent and no others."""
        found = self._changeable(caller, kind, name)
        patch = _body(given)
        if normalise(patch.pop("id", found.id)) != normalise(found.id):
            raise BadRequest("id: the id of an object cannot change; create another", field="id")
        _check_names(patch)

        def change(change: Change, layer: Layer) -> StoredEntity:
            stored = layer.objects.get((kind.name, found.id))
            if stored is None and found.stored is not None:
                raise NotFound(f"no {kind.word} is named {name[:80]!r}", field="id")
            if patch.get("locked") is not False:
                _check_open(stored)
            for alias in patch.get("aliases", ()):
                owner = _owner(layer.catalog, kind, alias)
                if owner not in (None, found.id):
                    raise Conflict(f"aliases: {alias!r} already names {owner}; {_SHARED}", field="aliases")
            body = {**(stored.body if stored else {"id": found.id}), **patch}
            return change.put(kind.name, found.id, body, caller.name)

        self._change(found.owner_id, kind, found.id, change)
        return self.find(caller, kind, found.id)

    def delete(self, caller: Caller, kind: ObjectKind, name: str) -> None:
        """Forget an object, or what was changed of a shipped one."""
        found = self._changeable(caller, kind, name)
        if found.stored is None:
            raise Forbidden(
                f"{found.id} is part of the shipped catalog and cannot be deleted; PUT changes it for everybody"
            )

        def change(change: Change, layer: Layer) -> None:
            _check_open(layer.objects.get((kind.name, found.id)))
            users = [] if found.shipped_ix is not None else _users(layer, kind, found.id)
            if users:
                raise Conflict(
                    f"{found.id} is used by {', '.join(users[:10])}{' and others' if len(users) > 10 else ''}; "
                    "change or delete them first"
                )
            if not change.remove(kind.name, found.id):
                raise NotFound(f"no {kind.word} is named {name[:80]!r}", field="id")

        self._change(found.owner_id, kind, found.id, change)

    def add_alias(self, caller: Caller, kind: ObjectKind, name: str, alias: str) -> None:
        """One more name of a model."""
        found = self._changeable(caller, kind, name)

        def change(change: Change, layer: Layer) -> StoredEntity:
            owner = _owner(layer.catalog, kind, alias)
            if owner is not None:
                raise Conflict(f"alias: {alias!r} already names {owner}; {_SHARED}", field="alias")
            _check_names({"alias": alias})
            aliases = [*self._aliases(found, layer), alias]
            if len(aliases) > _MOST_ALIASES:
                raise BadRequest(
                    f"alias: {found.id} has {_MOST_ALIASES} aliases, the most there can be", field="alias"
                )
            return self._with_aliases(change, layer, found, aliases, caller)

        self._change(found.owner_id, kind, found.id, change)

    def remove_alias(self, caller: Caller, kind: ObjectKind, name: str, alias: str) -> None:
        """One name less."""
        found = self._changeable(caller, kind, name)
        wanted = normalise(alias)

        def change(change: Change, layer: Layer) -> StoredEntity:
            before = self._aliases(found, layer)
            after = [one for one in before if normalise(one) != wanted]
            if len(after) == len(before):
                raise NotFound(f"alias: {found.id} has no alias {alias[:80]!r}", field="alias")
            return self._with_aliases(change, layer, found, after, caller)

        self._change(found.owner_id, kind, found.id, change)

    def _aliases(self, found: Found, layer: Layer) -> list[str]:
        stored = layer.objects.get((found.kind.name, found.id))
        if stored is not None and "aliases" in stored.body:
            kept: Any = stored.body["aliases"]
            return list(kept)
        if found.shipped_ix is None:
            return []
        return list(found.kind.table(self._catalogs.base).texts(found.shipped_ix, "aliases"))

    def _with_aliases(
        self, change: Change, layer: Layer, found: Found, aliases: list[str], caller: Caller
    ) -> StoredEntity:
        stored = layer.objects.get((found.kind.name, found.id))
        body = {**(stored.body if stored else {"id": found.id}), "aliases": aliases}
        return change.put(found.kind.name, found.id, body, caller.name)

    def _changeable(self, caller: Caller, kind: ObjectKind, name: str) -> Found:
        found = self.find(caller, kind, name)
        if found.owner_id != caller.customer_id and not caller.is_admin:
            raise Forbidden(f"{found.id} is there for every customer; changing it needs the scope admin")
        return found

    def _change(
        self,
        customer_id: int,
        kind: ObjectKind,
        id: str,
        change: Callable[[Change, Layer], StoredEntity | None],
    ) -> StoredEntity | None:
        """Do it, and check what comes of it before it is kept."""
        catalogs = self._catalogs
        below = catalogs.base if customer_id == GLOBAL_CUSTOMER_ID else catalogs.of(GLOBAL_CUSTOMER_ID)
        with self._entities.changing(customer_id) as transaction:
            before = catalogs.before(customer_id, transaction.revision - 1, below, transaction.all)
            kept = change(transaction, before)
            objects = dict(before.objects)
            objects.pop((kind.name, id), None) if kept is None else objects.update({(kind.name, id): kept})
            after = built(transaction.revision, below, objects.values())
            _check(before, after, f"{kind.table_name}/{id}")
        catalogs.keep(customer_id, after)
        return kept


def _check(before: Layer, after: Layer, changed: str) -> None:
    """Nothing may lose its place in the catalog by a change."""
    for place, error in after.unfit.items():
        if place == changed and place in before.unfit and error is NOT_LOOKED_AT:
            continue  # mended, maybe; refused, many could not be mended one after another
        if place == changed:
            message = error.message.partition(f"{place.partition('/')[2]}: ")[2] or error.message
            kind = Conflict if isinstance(error, Conflict) else BadRequest
            raise kind(message, field=error.field)
        if place not in before.unfit:
            raise Conflict(f"{place} would no longer fit: {error.message}")


def _body(given: Given) -> dict[str, Any]:
    body = msgspec.to_builtins(given)
    return {name: value for name, value in body.items() if value is not None}


def _check_names(body: Mapping[str, Any]) -> None:
    """Ids and aliases need a letter or digit by which they can be told apart."""
    for field in ("id", "alias", "aliases"):
        value = body.get(field, ())
        for name in (value,) if isinstance(value, str) else value:
            if not normalise(name):
                raise BadRequest(f"{field}: {name!r} is no name; use letters or digits", field=field)


def _row(catalog: Catalog, kind: ObjectKind, name: str) -> int | None:
    if kind.name == "model":
        return catalog.model_of_path(name) if catalog.models.find(name) is None else catalog.models.find(name)
    return kind.table(catalog).find(name)


def _owner(catalog: Catalog, kind: ObjectKind, name: str) -> str | None:
    table = kind.table(catalog)
    ix = table.find(name)
    return None if ix is None else table.ids[ix]


def _unfit(layer: Layer, kind: ObjectKind, name: str) -> StoredEntity | None:
    wanted = normalise(name)
    for place in layer.unfit:
        table_name, _, id = place.partition("/")
        if table_name == kind.table_name and normalise(id) == wanted:
            return layer.objects[kind.name, id]
    return None


def _users(layer: Layer, kind: ObjectKind, id: str) -> list[str]:
    """Objects of the same customer that point at this one, by whatever name of it."""
    table, own_name = kind.table(layer.catalog), normalise(id)
    ix = table.find(id)

    def is_meant(name: str) -> bool:
        return normalise(name) == own_name or (ix is not None and table.find(name) == ix)

    return [
        one.id
        for one in layer.objects.values()
        if one.kind in KINDS and (one.kind, one.id) != (kind.name, id)
        for field, referred in KINDS[one.kind].references
        if referred == kind.name and field in one.body and is_meant(str(one.body[field]))
    ]


def _check_open(stored: StoredEntity | None) -> None:
    """As it is now, in the transaction that changes it: somebody may have locked it a moment ago."""
    if stored is not None and stored.body.get("locked"):
        raise Forbidden(
            f"{stored.id} is locked; send PUT with locked false first", code="locked", field="locked"
        )

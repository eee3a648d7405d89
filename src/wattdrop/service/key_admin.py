"""``/v1/keys``: make, list and revoke keys. For administrators.

A key hands out no scope that it has not itself, so that whoever gets hold of one gets no more by it.
"""

from __future__ import annotations

from typing import Final

from falcon.asgi import Request, Response

from ..errors import BadRequest, Forbidden, StoreError
from ..schema.administration import KeyEntry, KeyList, KeyRequest
from ..store import ApiKey
from ..store.terms import end_of, name_of, rate_of, rate_text, scopes_of
from .administration import SEARCH, Administration, answer, stored
from .description import Example, Parameter, operation
from .description.operation import Answer, json_answer
from .description.paging import PAGING, PAGING_HEADERS
from .pages import headers_of, window_of
from .queries import one_of

_STATE: Final = Parameter(
    "state", "Only those that are valid now, or have ended.", {"type": "string", "enum": ["valid", "ended"]}
)
_ORDER: Final = Parameter(
    "order", "Which come first.", {"type": "string", "enum": ["oldest", "newest"], "default": "oldest"}
)


class KeysResource(Administration):
    """List and create keys."""

    @operation(
        "listKeys",
        "Keys",
        "List keys",
        scope="admin",
        parameters=(
            Parameter("customer", "Only of this customer: name or number."),
            SEARCH,
            _STATE,
            _ORDER,
            *PAGING,
        ),
        answers={200: json_answer("Keys, without themselves.", KeyList, *PAGING_HEADERS)},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("all", "Every key", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """A page of those of every customer, or of the ``customer`` named, oldest first."""
        key = await self.admitted(request)
        window, named = window_of(request), request.get_param("customer")
        search, state = request.get_param("search", default=""), one_of(request, _STATE)
        newest_first = one_of(request, _ORDER) == "newest"
        owner = (await self.customer(key, named)).id if named else None

        def page() -> tuple[list[ApiKey], int, dict[int, str]]:
            keys = self._store.keys
            found = keys.list(owner, window, search, state, newest_first)
            names = self._store.customers.names(one.customer_id for one in found)
            return found, keys.count(owner, search, state), names

        found, total, names = await stored(page)
        answer(response, KeyList(keys=[entry_of(one, names[one.customer_id]) for one in found]))
        response.set_headers(headers_of(request, window, total))

    @operation(
        "createKey",
        "Keys",
        "Make a key",
        scope="admin",
        body=KeyRequest,
        answers={201: json_answer("The key; it is not shown again.", KeyEntry)},
        errors=(400, 401, 403, 404, 406, 409, 413, 415, 429),
        examples=(
            Example("sheet", "For a sheet", {"name": "shared sheet", "scopes": ["impact"]}, recorded=False),
        ),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """A new one. The answer shows it, and nothing does so again."""
        key = await self.admitted(request)
        body = await self.body(request, KeyRequest)
        name, scopes, end = name_of(body.name), _scopes(body, key), end_of(body.expires or "")
        rate, row_rate = rate_of(body.rate or ""), rate_of(body.row_rate or "", "row_rate")
        owner = await self.customer(key, body.customer)
        user_id = await self._user(owner.id, body.user)

        def make() -> tuple[str, ApiKey | None]:
            made = self._store.keys.create(name, owner.id, scopes, end, user_id, rate, row_rate)
            return made, self._store.keys.find(made)

        made, record = await stored(make)
        if record is None:
            raise StoreError("the key was made and ended at once; look at GET /v1/keys")
        self._context.keys.forget()
        entry = entry_of(record, owner.name)
        entry.key = made
        answer(response, entry, 201)

    async def _user(self, customer_id: int, named: str | int | None) -> int | None:
        if named is None or named == "":
            return None
        user = await stored(lambda: self._store.customers.find_user(customer_id, named))
        if user.disabled_at is not None:
            raise BadRequest(f"user: {user.name} is disabled; name another or none", field="user")
        return user.id


class KeyResource(Administration):
    """One key."""

    @operation(
        "revokeKey",
        "Keys",
        "Revoke a key",
        scope="admin",
        parameters=(Parameter("key_id", "Its number.", {"type": "integer"}, place="path"),),
        answers={204: Answer("It is revoked.")},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("revoke", "By its number", path={"key_id": "2"}, recorded=False),),
    )
    async def on_delete(self, request: Request, response: Response, key_id: int) -> None:
        """Revoke it, for good. Other processes notice within ``key_cache_seconds``."""
        await self.admitted(request)
        await stored(lambda: self._store.keys.revoke(key_id))
        self._context.keys.forget(lambda key: key.id == key_id)
        response.status = 204


def entry_of(key: ApiKey, customer: str) -> KeyEntry:
    """A key as lists show it."""
    return KeyEntry(
        id=key.id,
        customer_id=key.customer_id,
        customer=customer,
        name=key.name,
        shown=key.shown,
        scopes=sorted(key.scopes),
        created_at=key.created_at,
        user_id=key.user_id,
        user=key.user,
        rate=rate_text(key.requests_per_s) if key.requests_per_s else None,
        row_rate=rate_text(key.rows_per_s) if key.rows_per_s else None,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )


def _scopes(body: KeyRequest, key: ApiKey) -> frozenset[str]:
    names = body.scopes.split(",") if isinstance(body.scopes, str) else body.scopes
    scopes = scopes_of(names)
    if more := sorted(scopes - key.scopes):
        raise Forbidden(
            f"scopes: this key lacks {', '.join(more)} itself and cannot hand it out; it has: "
            f"{', '.join(sorted(key.scopes))}",
            field="scopes",
        )
    return scopes

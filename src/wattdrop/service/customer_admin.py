"""``/v1/customers`` and ``/v1/users``: who shares this service. For administrators."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..errors import NotFound
from ..schema.administration import (
    CustomerEntry,
    CustomerList,
    CustomerRequest,
    UserEntry,
    UserList,
    UserRequest,
)
from ..store import User
from ..store.terms import name_beside_numbers
from .administration import SEARCH, Administration, answer, stored
from .description import Example, Parameter, operation
from .description.operation import Answer, json_answer
from .description.paging import PAGING, PAGING_HEADERS
from .pages import headers_of, window_of


class CustomersResource(Administration):
    """List and create customers."""

    @operation(
        "listCustomers",
        "Keys",
        "List customers",
        scope="admin",
        parameters=(SEARCH, *PAGING),
        answers={200: json_answer("Customers.", CustomerList, *PAGING_HEADERS)},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("all", "Every customer", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """A page of them, oldest first."""
        await self.admitted(request)
        window, customers = window_of(request), self._store.customers
        search = request.get_param("search", default="")
        found, total = await stored(lambda: (customers.list(window, search), customers.count(search)))
        answer(response, CustomerList(customers=[CustomerEntry(**one._asdict()) for one in found]))
        response.set_headers(headers_of(request, window, total))

    @operation(
        "createCustomer",
        "Keys",
        "Make a customer",
        scope="admin",
        body=CustomerRequest,
        answers={201: json_answer("The customer.", CustomerEntry)},
        errors=(400, 401, 403, 404, 406, 409, 413, 415, 429),
        examples=(Example("new", "A customer", {"name": "acme"}, recorded=False),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """A new one; 409 where the name is taken."""
        await self.admitted(request)
        name = name_beside_numbers((await self.body(request, CustomerRequest)).name)
        made = await stored(lambda: self._store.customers.create(name))
        answer(response, CustomerEntry(**made._asdict()), 201)


class UsersResource(Administration):
    """List and create users."""

    @operation(
        "listUsers",
        "Keys",
        "List users",
        scope="admin",
        parameters=(Parameter("customer", "Only of this customer: name or number."), SEARCH, *PAGING),
        answers={200: json_answer("Users.", UserList, *PAGING_HEADERS)},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("all", "Every user", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """A page of those of every customer, or of the ``customer`` named, oldest first."""
        key = await self.admitted(request)
        window, named = window_of(request), request.get_param("customer")
        search = request.get_param("search", default="")
        owner = (await self.customer(key, named)).id if named else None

        def page() -> tuple[list[User], int, dict[int, str]]:
            customers = self._store.customers
            found = customers.users(owner, window, search)
            return (
                found,
                customers.count_users(owner, search),
                customers.names(one.customer_id for one in found),
            )

        found, total, names = await stored(page)
        answer(response, UserList(users=[_entry_of(one, names[one.customer_id]) for one in found]))
        response.set_headers(headers_of(request, window, total))

    @operation(
        "createUser",
        "Keys",
        "Make a user",
        scope="admin",
        body=UserRequest,
        answers={201: json_answer("The user.", UserEntry)},
        errors=(400, 401, 403, 404, 406, 409, 413, 415, 429),
        examples=(Example("new", "A user", {"name": "ann"}, recorded=False),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """A new one; 409 where the customer has one of this name."""
        key = await self.admitted(request)
        body = await self.body(request, UserRequest)
        name = name_beside_numbers(body.name)
        owner = await self.customer(key, body.customer)
        made = await stored(lambda: self._store.customers.create_user(owner.id, name))
        answer(response, _entry_of(made, owner.name), 201)


class UserResource(Administration):
    """One user."""

    @operation(
        "disableUser",
        "Keys",
        "Disable a user and their keys",
        scope="admin",
        parameters=(Parameter("user_id", "Their number.", {"type": "integer"}, place="path"),),
        answers={204: Answer("They are disabled.")},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("disable", "By number", path={"user_id": "2"}, recorded=False),),
    )
    async def on_delete(self, request: Request, response: Response, user_id: int) -> None:
        """Disable them: every key of theirs ends, for good."""
        await self.admitted(request)
        user = await stored(lambda: self._store.customers.user(user_id))
        if user is None:
            raise NotFound(f"user {user_id} does not exist; GET /v1/users lists them", field="id")
        await stored(lambda: self._store.customers.disable_user(user))
        self._context.keys.forget(lambda key: key.user_id == user.id)
        response.status = 204


def _entry_of(user: User, customer: str) -> UserEntry:
    return UserEntry(customer=customer, **user._asdict())

"""Tuples with named fields, made as ``typing`` makes them, in a tenth of the time and without importing ``typing``.

A cold start makes sixty of them, and ``typing.NamedTuple`` took a quarter of its time. What it imports takes this class
from ``typed``, where type checkers see ``typing.NamedTuple``. Its module has ``from __future__ import annotations``.
"""

from __future__ import annotations

try:
    # What the fields of collections.namedtuple are read by; collections, too, does without where there is none.
    from _collections import _tuplegetter as field_at  # type: ignore[import-not-found]
except ImportError:
    from operator import itemgetter

    def field_at(at: int, doc: str) -> property:
        """The field at a position."""
        return property(itemgetter(at), doc=doc)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Final, Self

_tuple_of = tuple.__new__
_getters: list[Any] = []
"""Of the first field, of the second, and so on: the same in all classes."""
#: Compiling the function that makes a tuple takes as long as some hundred calls do without: a cold start has fewer.
_OFTEN: Final = 100
_calls: dict[type, int] = {}


class _OfFields(type):
    """Makes a class of the fields that its body declares: name and type, and where there is one a default."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _OfFields:
        body["__slots__"] = ()
        fields = tuple(body.get("__annotations__", ()))
        if fields:
            body["_field_defaults"] = {field: body[field] for field in fields if field in body}
            body["_fields"] = body["__match_args__"] = fields
            _getters.extend(field_at(at, "") for at in range(len(_getters), len(fields)))
            body.update(zip(fields, _getters, strict=False))
        return super().__new__(mcs, name, bases, body)


class NamedTuple(tuple, metaclass=_OfFields):  # type: ignore[type-arg]
    """The base of a class whose body lists fields."""

    _fields = tuple[str, ...]()
    _field_defaults = dict[str, object]()  # noqa: RUF012 — with an annotation it would be a field

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Of values in order and by name. A class that is called often gets a function of its own instead."""
        calls = _calls[cls] = _calls.get(cls, 0) + 1
        if calls < _OFTEN:
            if not named and len(values) == len(cls._fields):
                return _tuple_of(cls, values)
            rest = cls._fields[len(values) :]
            if rest:
                if tuple(named) == rest:
                    return _tuple_of(cls, (*values, *named.values()))
                filled = {**cls._field_defaults, **named}
                if named.keys() <= set(rest) <= filled.keys():
                    return _tuple_of(cls, (*values, *map(filled.__getitem__, rest)))
        cls.__new__ = staticmethod(_maker(cls))  # type: ignore[method-assign]
        made: Self = cls.__new__(cls, *values, **named)  # or says what is wrong
        return made

    @classmethod
    def _make(cls, values: Iterable[Any]) -> Self:
        made = _tuple_of(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self, /, **named: Any) -> Self:
        made = self._make(map(named.pop, self._fields, self))
        if named:
            raise ValueError(f"Got unexpected field names: {list(named)!r}")
        return made

    __replace__ = _replace  # what copy.replace calls

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        fields = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({fields})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)


def _maker(kind: type[NamedTuple]) -> Callable[..., Any]:
    """What makes a tuple of its fields. Compiled, as in ``collections``: nothing else takes arguments by name as fast."""
    names = "".join(f"{field}, " for field in kind._fields)
    make: Any = eval(  # noqa: S307 — of names that were read in a class
        f"lambda _cls, {names}: tuple_of(_cls, ({names}))", {"tuple_of": _tuple_of, "__builtins__": {}}
    )
    make.__defaults__ = tuple(kind._field_defaults.values())
    make.__name__, make.__qualname__ = "__new__", f"{kind.__qualname__}.__new__"
    return make  # type: ignore[no-any-return]

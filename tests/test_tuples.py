"""Tuples made without ``typing`` are what ``typing.NamedTuple`` makes of the same fields."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import msgspec
import pytest

from wattdrop import tuples
from wattdrop.tuples import NamedTuple


class Ours(NamedTuple):  # type: ignore[misc]
    """A place."""

    id: str
    share: float
    note: str = ""
    names: tuple[str, ...] = ()

    def doubled(self) -> Any:
        return self._replace(share=2 * self.share)


class Theirs(typing.NamedTuple):
    """A place."""

    id: str
    share: float
    note: str = ""
    names: tuple[str, ...] = ()

    def doubled(self) -> Theirs:
        return self._replace(share=2 * self.share)


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("fr", 0.5), {}),
    (("fr", 0.5, "mild"), {}),
    (("fr", 0.5, "mild", ("France",)), {}),
    ((), {"id": "fr", "share": 0.5, "note": "mild", "names": ()}),
    ((), {"names": ("France",), "share": 0.5, "id": "fr"}),
    (("fr",), {"share": 0.5}),
    (("fr",), {"names": ("France",), "share": 0.5}),
]
WRONG: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    (("fr",), {}),
    ((), {"share": 0.5}),
    (("fr", 0.5, "", (), "more"), {}),
    (("fr", 0.5), {"id": "de"}),
    (("fr", 0.5), {"colour": "green"}),
    (("fr", 0.5, "", ()), {"colour": "green"}),
]


@pytest.fixture(params=["first", "often"], autouse=True)
def called(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes that were called a few times, and those that were called often and have a function of their own."""
    monkeypatch.setattr(tuples, "_OFTEN", 0 if request.param == "often" else 10**9)
    if "__new__" in vars(Ours):
        del Ours.__new__


@pytest.mark.parametrize(("values", "named"), CALLS)
def test_it_is_made_of_values_in_order_and_by_name(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    for _ in range(2):
        one, other = Ours(*values, **named), Theirs(*values, **named)
        assert tuple(one) == tuple(other)
        assert (one.id, one.share, one.note, one.names) == other
        assert repr(one) == repr(other).replace("Theirs", "Ours")


@pytest.mark.parametrize(("values", "named"), WRONG)
def test_what_is_missing_or_too_much_is_said_in_the_same_words(
    values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError) as theirs:
        Theirs(*values, **named)
    for _ in range(2):
        with pytest.raises(TypeError) as ours:
            Ours(*values, **named)
        assert str(ours.value) == str(theirs.value).replace("Theirs", "Ours")


def test_it_is_a_tuple_that_knows_its_fields() -> None:
    one = Ours("fr", 0.5)
    assert one == ("fr", 0.5, "", ())
    assert hash(one) == hash(("fr", 0.5, "", ()))
    assert not hasattr(one, "__dict__")
    assert (Ours._fields, Ours._field_defaults) == (Theirs._fields, Theirs._field_defaults)
    assert Ours.__match_args__ == Theirs.__match_args__
    assert (Ours.__name__, Ours.__doc__) == ("Ours", "A place.")
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs)
    assert one._asdict() == Theirs("fr", 0.5)._asdict()
    assert one.doubled() == Ours("fr", 1.0)
    match one:
        case Ours(name, share):
            assert (name, share) == ("fr", 0.5)


def test_fields_are_read_only() -> None:
    with pytest.raises(AttributeError):
        Ours("fr", 0.5).id = "de"


def test_replacing_and_making_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="unexpected field names: \\['colour'\\]"):
        Ours("fr", 0.5)._replace(colour="green")
    with pytest.raises(TypeError, match="Expected 4 arguments, got 2"):
        Ours._make(("fr", 0.5))
    assert Ours._make(("fr", 0.5, "", ())) == Ours("fr", 0.5)


def test_it_survives_copies_pickling_and_msgspec() -> None:
    one = Ours("fr", 0.5, names=("France",))
    for again in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert again == one
        assert type(again) is Ours
    assert msgspec.json.encode(one) == b'["fr",0.5,"",["France"]]'
    assert msgspec.json.decode(b'["fr",0.5]', type=Ours) == Ours("fr", 0.5)


def test_a_class_that_is_called_often_gets_a_function_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuples, "_OFTEN", 3)
    tuples._calls.pop(Ours, None)
    for _ in range(2):
        Ours("fr", 0.5)
    assert "__new__" not in vars(Ours)
    Ours("fr", 0.5)
    assert "__new__" in vars(Ours)

"""The soak's traffic is the same every minute, so that what moves is the service."""

from collections import Counter

from benchmarks.soak_report import drift
from benchmarks.soak_traffic import MIX, Deck


def test_each_hundred_requests_have_the_shares_of_the_mix() -> None:
    deck = Deck()
    for _ in range(3):
        dealt = Counter(deck.next() for _ in range(100))
        assert dealt == {kind: round(100 * share) for kind, share in MIX.items()}
    assert sum(MIX.values()) == 1.0


def test_drift_is_the_change_of_the_fit_over_all_minutes() -> None:
    assert abs(drift([10.0, 11.0, 12.0]) - 0.2) < 1e-12
    assert abs(drift([5.0, 5.0, 5.0])) < 1e-12

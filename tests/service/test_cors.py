"""Web pages may call the service where a setting names their origin, and nowhere else."""

from __future__ import annotations

import pytest
from tests.conftest import Service

from wattdrop.catalog import load
from wattdrop.errors import SettingError
from wattdrop.service.app import create_app
from wattdrop.service.settings import read_settings

ASKS = {
    "Origin": "https://app.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


@pytest.fixture
def open_to_pages(service: Service) -> Service:
    settings = read_settings(
        {"WATTDROP_DATA_DIR": "/nonexistent", "WATTDROP_CORS_ORIGINS": "https://app.example/"}
    )
    return Service(create_app(load(), service.store, settings), service.key, service.keys, service.store)


@pytest.mark.parametrize("path", ["/v1/impact", "/v1/impact/bulk", "/model", "/"])
def test_a_preflight_needs_no_key(open_to_pages: Service, path: str) -> None:
    response = open_to_pages.request("OPTIONS", path, headers=ASKS, key=None)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://app.example"
    assert "authorization" in response.headers["access-control-allow-headers"].lower()


def test_answers_name_the_origin_and_our_headers(open_to_pages: Service) -> None:
    response = open_to_pages.impact({"model_id": "gpt-4o"}, headers={"Origin": "https://app.example"})
    assert response.headers["access-control-allow-origin"] == "https://app.example"
    assert "x-wattdrop-catalog-digest" in response.headers["access-control-expose-headers"].lower()


def test_other_origins_and_the_default_are_closed(open_to_pages: Service, service: Service) -> None:
    elsewhere = open_to_pages.impact({"model_id": "gpt-4o"}, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in elsewhere.headers
    plain = service.impact({"model_id": "gpt-4o"}, headers={"Origin": "https://app.example"})
    assert "access-control-allow-origin" not in plain.headers


def test_an_origin_that_is_none_stops_the_start() -> None:
    with pytest.raises(SettingError, match="WATTDROP_CORS_ORIGINS"):
        read_settings({"WATTDROP_CORS_ORIGINS": "app.example"})

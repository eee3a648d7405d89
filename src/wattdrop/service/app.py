"""The ASGI application: every path with the resource that answers it."""

from __future__ import annotations

from typing import Any

import falcon
import falcon.asgi

from ..catalog import Catalog, load
from ..store import Keys, open_database
from .answers import add_error_handlers
from .authorisation import KeyRing
from .bigquery import BigQueryResource
from .bulk import BulkResource
from .catalogs import Catalogs
from .context import Context
from .explain import ExplainResource
from .impact import ImpactResource
from .impacts import Impacts
from .lists import GpuList, ModelList, NodeList
from .log_json import LogJsonResource
from .paths import AsgiApp, CollapseSlashes, RefuseUnexpanded
from .provenance import QuantityList, SourceList
from .settings import Settings, read_settings
from .snowflake import SnowflakeResource
from .status import StatusResource

#: Our own response headers that a web page may read.
EXPOSED_HEADERS = ("x-wattdrop-method-version", "x-wattdrop-catalog-digest")


def create_app(catalog: Catalog, keys: Keys, settings: Settings) -> AsgiApp:
    """The application over a loaded catalog and a store of keys."""
    middleware: list[Any] = [RefuseUnexpanded(), *_cors(settings)]
    app = falcon.asgi.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    add_error_handlers(app)
    ring = KeyRing(keys, settings.key_cache_seconds)
    catalogs = Catalogs(catalog)
    context = Context(ring, catalogs, Impacts(catalogs, settings), settings)
    app.add_route("/status", StatusResource())
    app.add_route("/v1/impact", ImpactResource(context))
    app.add_route("/", BigQueryResource(context))
    app.add_route("/v1/impact/bulk", BulkResource(context))
    app.add_route("/v1/log_json", LogJsonResource(context))
    app.add_route("/v1/snowflake", SnowflakeResource(context))
    app.add_route("/v1/explain", ExplainResource(context))
    app.add_route("/sources", SourceList(context))
    app.add_route("/quantities", QuantityList(context))
    app.add_route("/model", ModelList(catalog, ring))
    app.add_route("/node", NodeList(catalog, ring))
    app.add_route("/gpu", GpuList(catalog, ring))
    return CollapseSlashes(app)


def _cors(settings: Settings) -> list[Any]:
    """Lets web pages of the origins in the settings call the service; without any, browsers refuse."""
    if not settings.cors_origins:
        return []
    origins: str | list[str] = "*" if "*" in settings.cors_origins else list(settings.cors_origins)
    return [falcon.CORSMiddleware(allow_origins=origins, expose_headers=EXPOSED_HEADERS)]


def app_of_environment() -> AsgiApp:
    """The application as a server process starts it: settings from the environment, the package's own catalog."""
    import numpy  # noqa: F401 - here, so that the first large batch need not wait for it

    settings = read_settings()
    return create_app(load(), Keys(open_database(settings.database)), settings)

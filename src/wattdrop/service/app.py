"""The ASGI application: every path with the resource that answers it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import falcon
import falcon.asgi

from ..catalog import Catalog, load
from ..engine import METHOD_VERSION
from ..store import Store, open_store
from . import metrics, tracing
from .answers import add_error_handlers
from .assistant.resource import AssistantResource
from .authorisation import KeyRing
from .bigquery import BigQueryResource
from .bulk import BulkResource
from .catalogs import Catalogs
from .changes import Objects
from .context import Context
from .explain import ExplainResource
from .front import Front, NoteTemplate
from .health import HealthResource, MetricsResource, ReadyResource
from .impact import ImpactResource
from .impacts import Impacts
from .kinds import KINDS
from .lifecycle import Lifecycle
from .lists import Lists
from .log_json import LogJsonResource
from .objects import ObjectList, ObjectResource, ObjectService
from .paths import CollapseSlashes, RefuseUnexpanded
from .provenance import QuantityList, SourceList
from .readiness import Readiness
from .recording import Recorder
from .reload import ReloadResource
from .settings import Settings, read_settings
from .snowflake import SnowflakeResource
from .status import StatusResource
from .traces import TracesResource
from .tracing import Tracing
from .usage import UsageResource, UsageRowsResource

#: Our own response headers that a web page may read.
EXPOSED_HEADERS = (
    "x-wattdrop-method-version",
    "x-wattdrop-catalog-digest",
    "x-request-id",
    "x-wattdrop-stored",
    "x-total-count",
    "link",
)


def create_app(
    catalog: Catalog,
    store: Store,
    settings: Settings,
    traces: Tracing | None = None,
    reload: Callable[[], Catalog] = load,
) -> Front:
    """The application over a loaded catalog and a store; ``reload`` reads the catalog's files again."""
    lifecycle = Lifecycle()
    middleware: list[Any] = [NoteTemplate(), RefuseUnexpanded(), lifecycle, *_cors(settings)]
    app = falcon.asgi.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    add_error_handlers(app)
    ring = KeyRing(store.keys, settings.key_cache_seconds)
    catalogs = Catalogs(catalog, store.entities, reload)
    readiness = Readiness(lifecycle)
    readiness.add("catalog", lambda: "" if len(catalogs.base.models) else "empty")
    readiness.add("database", store.ping)
    recorder = Recorder(store.ledger, catalogs, settings)
    lifecycle.on_start(recorder.start)
    lifecycle.on_stop(recorder.stop)
    impacts = Impacts(catalogs, settings, recorder)
    context = Context(ring, catalogs, impacts, settings, lifecycle, readiness, store, recorder)
    metrics.build(version("wattdrop"), METHOD_VERSION, catalog.digest)
    if traces is not None:
        lifecycle.on_stop(traces.stop)
    app.add_route("/status", StatusResource(readiness))
    app.add_route("/health", HealthResource())
    app.add_route("/ready", ReadyResource(readiness))
    app.add_route("/metrics", MetricsResource(settings.metrics_token))
    app.add_route("/v1/impact", ImpactResource(context))
    app.add_route("/", BigQueryResource(context))
    app.add_route("/v1/impact/bulk", BulkResource(context))
    app.add_route("/v1/log_json", LogJsonResource(context))
    app.add_route("/v1/snowflake", SnowflakeResource(context))
    app.add_route("/v1/usage", UsageResource(context))
    app.add_route("/v1/usage/rows", UsageRowsResource(context))
    app.add_route("/v1/traces", TracesResource(context))
    app.add_route("/mcp", AssistantResource(context))
    app.add_route("/v1/explain", ExplainResource(context))
    app.add_route("/sources", SourceList(context))
    app.add_route("/quantities", QuantityList(context))
    app.add_route("/reload", ReloadResource(context, store.entities))
    objects = Objects(catalogs, store.entities)
    service, lists = ObjectService(context, objects, store.customers), Lists(catalogs, objects)
    for kind in KINDS.values():
        app.add_route(f"/{kind.name}", ObjectList(service, kind, lists))
        app.add_route(f"/{kind.name}/{{name:path}}", ObjectResource(service, kind))
    return Front(CollapseSlashes(app), lifecycle, settings, traces)


def _cors(settings: Settings) -> list[Any]:
    """Lets web pages of the origins in the settings call the service; without any, browsers refuse."""
    if not settings.cors_origins:
        return []
    origins: str | list[str] = "*" if "*" in settings.cors_origins else list(settings.cors_origins)
    return [falcon.CORSMiddleware(allow_origins=origins, expose_headers=EXPOSED_HEADERS)]


def app_of_environment() -> Front:
    """The application as a server process starts it: settings from the environment, the package's own catalog."""
    import numpy  # noqa: F401 - here, so that the first large batch need not wait for it

    settings = read_settings()
    return create_app(load(), open_store(settings.database, settings.secret()), settings, tracing.set_up())

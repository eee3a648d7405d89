"""The ASGI application: every path with the resource that answers it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import falcon

from ..catalog import Catalog, load
from ..engine import METHOD_VERSION
from ..store import Store
from ..version import __version__
from . import metrics, tracing
from .accuracy import AccuracyResource, MeasurementsResource
from .answers import add_error_handlers
from .assistant.resource import AssistantResource
from .authorisation import KeyRing
from .bigquery import BigQueryResource
from .bulk import BulkResource
from .catalogs import Catalogs
from .changes import Objects
from .choices import ChoiceList
from .columns import ColumnsResource
from .compare import CompareResource
from .context import Context
from .customer_admin import CustomersResource, UserResource, UsersResource
from .demo import Demo
from .description.page import AssetResource, PageResource
from .description.resource import DescriptionResource
from .description.routes import DescribedApp
from .equivalents import EquivalentsResource
from .explain import ExplainResource
from .figures import CatalogEntity, CatalogList
from .front import Front
from .health import HealthResource, MetricsResource, ReadyResource
from .impact import ImpactResource
from .impacts import Impacts
from .key_admin import KeyResource, KeysResource
from .key_cache import KeyCache
from .kinds import KINDS
from .last_use import LastUse
from .lifecycle import Lifecycle
from .limits import Limits
from .lists import Lists
from .log_json import LogJsonResource
from .objects import ObjectList, ObjectResource, ObjectService
from .own_key import OwnKeyResource
from .page import FileResource, PagePart, SessionResource
from .places import PlaceList
from .provenance import QuantityList, SourceList
from .readiness import Readiness
from .recording import Recorder
from .reload import ReloadResource
from .routing import Router
from .settings import Settings, read_settings, store_of
from .shared_buckets import buckets_of
from .snowflake import SnowflakeResource
from .status import StatusResource
from .totals import TotalsResource
from .traces import TracesResource
from .tracing import Tracing
from .usage import UsageResource
from .usage_rows import UsageRowResource, UsageRowsResource

#: Our own response headers that a web page may read.
EXPOSED_HEADERS = (
    "x-wattdrop-method-version",
    "x-wattdrop-catalog-digest",
    "x-request-id",
    "x-wattdrop-stored",
    "ratelimit-policy",
    "ratelimit",
    "retry-after",
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
    middleware: list[Any] = [lifecycle, *_cors(settings)]
    app = DescribedApp(middleware=middleware, router=Router())
    app.req_options.strip_url_path_trailing_slash = True
    add_error_handlers(app)
    buckets = buckets_of(settings, store)
    lifecycle.on_stop(buckets.close)
    limits = Limits(settings, buckets)
    last_use = LastUse(store.keys)
    cache = KeyCache(store.keys, settings.key_cache_seconds, settings.key_grace_seconds)
    ring = KeyRing(cache, limits, last_use)
    lifecycle.on_start(last_use.start)
    lifecycle.on_stop(last_use.stop)
    catalogs = Catalogs(catalog, store.entities, reload, shipped_anew=_tell_what_answers)
    _tell_what_answers(catalog)
    readiness = Readiness(lifecycle)
    readiness.add("catalog", lambda: "" if len(catalogs.base.models) else "empty")
    readiness.add("database", store.ping)
    recorder = Recorder(store.ledger, catalogs, settings)
    counting = metrics.Counting()
    lifecycle.on_start(counting.start)
    lifecycle.on_stop(counting.stop)
    lifecycle.on_start(recorder.start)
    lifecycle.on_stop(recorder.stop)
    impacts = Impacts(catalogs, settings, limits, recorder)
    lifecycle.on_start(impacts.warm_up)
    demo = Demo(catalogs)
    lifecycle.on_stop(demo.stop)
    context = Context(ring, catalogs, impacts, limits, settings, lifecycle, readiness, store, recorder, demo)
    if traces is not None:
        lifecycle.on_stop(traces.stop)
    app.add_route("/v1/impact", ImpactResource(context))  # first: the router asks for one path after another
    app.add_route("/openapi.json", DescriptionResource(app, settings))
    app.add_route("/docs", PageResource())
    app.add_route("/docs/{name}", AssetResource())
    for part in ("compare", "usage", "import", "catalog", "accuracy", "admin"):
        app.add_route(f"/{part}", PagePart(part))
    app.add_route("/web/session", SessionResource(ring, settings))
    app.add_route("/web/{name:path}", FileResource())
    app.add_route("/status", StatusResource(readiness))
    app.add_route("/health", HealthResource())
    app.add_route("/ready", ReadyResource(readiness))
    app.add_route("/metrics", MetricsResource(settings.metrics_token))
    app.add_route("/", BigQueryResource(context))
    app.add_route("/v1/impact/bulk", BulkResource(context))
    app.add_route("/v1/impact/totals", TotalsResource(context))
    app.add_route("/v1/log_json", LogJsonResource(context))
    app.add_route("/v1/snowflake", SnowflakeResource(context))
    app.add_route("/v1/usage", UsageResource(context))
    app.add_route("/v1/usage/rows", UsageRowsResource(context))
    app.add_route("/v1/usage/rows/{request_id:path}", UsageRowResource(context))
    app.add_route("/v1/traces", TracesResource(context))
    app.add_route("/mcp", AssistantResource(context))
    app.add_route("/v1/compare", CompareResource(context))
    app.add_route("/v1/explain", ExplainResource(context))
    app.add_route("/v1/catalog/{kind}", CatalogList(context))
    app.add_route("/v1/catalog/{kind}/{name:path}", CatalogEntity(context))
    app.add_route("/v1/accuracy", AccuracyResource())
    app.add_route("/v1/accuracy/measurements", MeasurementsResource())
    app.add_route("/v1/choices", ChoiceList(context))
    app.add_route("/v1/columns", ColumnsResource())
    app.add_route("/v1/equivalents", EquivalentsResource())
    app.add_route("/v1/places", PlaceList(context))
    app.add_route("/v1/key", OwnKeyResource(context))
    app.add_route("/v1/keys", KeysResource(context))
    app.add_route("/v1/keys/{key_id:int}", KeyResource(context))
    app.add_route("/v1/customers", CustomersResource(context))
    app.add_route("/v1/users", UsersResource(context))
    app.add_route("/v1/users/{user_id:int}", UserResource(context))
    app.add_route("/sources", SourceList(context))
    app.add_route("/quantities", QuantityList(context))
    app.add_route("/reload", ReloadResource(context, store.entities))
    objects = Objects(catalogs, store.entities)
    service, lists = ObjectService(context, objects, store.customers), Lists(catalogs, objects)
    for kind in KINDS.values():
        app.add_route(f"/{kind.name}", ObjectList(service, kind, lists))
        app.add_route(f"/{kind.name}/{{name:path}}", ObjectResource(service, kind))
    return Front(app, lifecycle, settings, traces)


def _tell_what_answers(catalog: Catalog) -> None:
    metrics.build(__version__, METHOD_VERSION, catalog.digest)


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
    app = create_app(load(), store_of(settings), settings, tracing.set_up())
    app.lifecycle.on_start(_freeze)
    return app


async def _freeze() -> None:
    """What lives as long as the process need not be looked at again and again."""
    gc.collect()
    gc.freeze()

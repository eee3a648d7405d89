"""Which data files exist and which fields their entities may have, besides the quantities of quantities.toml.

A field that is neither here nor a quantity stops the load: a misspelt key must not vanish quietly.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final


class Kind(NamedTuple):
    """One kind of entity and where its entries are."""

    name: str  # plural, the name of the table
    files: tuple[str, ...]  # path below the data folder; a trailing `*` stands for any name
    texts: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    references: tuple[tuple[str, str], ...] = ()  # (field, kind): what the field names must exist
    needs: tuple[str, ...] = ()  # fields that must be there


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENTITY: Final = _words("id name confidence")
#: Of objects that customers made: whose it is, and who made it when.
_MADE: Final = _words("owner_id created_at updated_at created_by")

KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        "models",
        ("models/*.toml",),
        _ENTITY
        | _MADE
        | _words(
            "family developer hugging_face_path release_date task architecture datatype params_disclosed "
            "decoder_type native_resolution default_resolution training_hardware default_managed_service_id "
            "benchmark_model_id fine_tuned_from_model_id description"
        ),
        _words("aliases"),
        (
            ("task", "tasks"),
            ("default_managed_service_id", "services"),
            ("benchmark_model_id", "models"),
            ("fine_tuned_from_model_id", "models"),
        ),
    ),
    Kind(
        "families",
        ("families.toml",),
        _words("id developer name default_model_id"),
        _words("aliases includes"),
        (("includes", "families"), ("default_model_id", "models")),
    ),
    Kind(
        "tasks",
        ("tasks.toml",),
        _words("id in_contract modality default_model_id default_model_reason meaning"),
        _words("inputs outputs aliases"),
        (("default_model_id", "models"),),
    ),
    Kind(
        "gpus",
        ("gpus/*.toml",),
        _ENTITY
        | _MADE
        | _words(
            "vendor architecture form_factor memory_type foundry idle_power_kind embodied_method description"
        ),
        _words("aliases"),
    ),
    Kind(
        "nodes",
        ("nodes/*.toml",),
        _ENTITY
        | _MADE
        | _words("cloud_id cloud_instance_id managed_service_id gpu_id cpu_model host_template description"),
        _words("aliases regions"),
        (("gpu_id", "gpus"),),
        ("gpu_id",),
    ),
    Kind(
        "services",
        ("services.toml",),
        _ENTITY
        | _words(
            "kind evidence default_cloud_id default_node_id default_gpu_id default_country default_region "
            "default_datatype provider_id"
        ),
        _words("aliases litellm_providers otel_provider_names modalities alternative_node_ids hosts"),
        (
            ("default_node_id", "nodes"),
            ("alternative_node_ids", "nodes"),
            ("default_gpu_id", "gpus"),
            ("default_datatype", "datatypes"),
            ("provider_id", "providers"),
        ),
    ),
    Kind(
        "providers",
        ("providers.toml",),
        _ENTITY | _words("kind default_country default_subregion default_cloud_region market_claim"),
        _words("aliases hosting_cloud_ids"),
    ),
    Kind(
        "regions",
        ("regions/*.csv",),
        _ENTITY | _words("cloud_id region_id city country subregion zone display_name"),
        _words("aliases"),
        (("zone", "zones"), ("country", "zones")),
        ("zone",),
    ),
    Kind(
        "zones",
        ("grids/zones.csv",),
        _words("id kind country name iso3166_2 iso3 parent proxy_of quality"),
        _words("aliases members"),
        (("parent", "zones"), ("proxy_of", "zones")),
        ("kind",),
    ),
    Kind("constants", ("methodology/*.toml",), _words("id unit meaning"), frozenset(), (), ("value", "unit")),
    Kind(
        "power_curve",
        ("power_curve.csv",),
        _ENTITY | _words("system gpu_id state workload other_metric other_value other_unit kind"),
        frozenset(),
        (("gpu_id", "gpus"),),
    ),
    Kind(
        "datatypes", ("datatypes.toml",), _words("id name peak"), _words("aliases"), (), ("bytes_per_weight",)
    ),
    Kind(
        "default_hardware",
        ("default_hardware.toml",),
        _words("id node_id"),
        frozenset({"alternative_node_ids"}),
        (("node_id", "nodes"),),
        ("node_id", "max_model_gb"),
    ),
    Kind(
        "datacenters",  # the project ships none; customers overlay theirs
        (),
        _MADE | _words("id name description country region zone cloud_id"),
        _words("aliases"),
        (("zone", "zones"),),
    ),
)
KIND: Final[dict[str, Kind]] = {kind.name: kind for kind in KINDS}

# Everything besides the fields of a kind that an entry may say about itself.
PROVENANCE_FIELDS: Final = _words("source basis note")
# What a figure may say besides its value: keys of a TOML figure, suffixes of a CSV column.
FIGURE_FIELDS: Final = ("low", "high", "source", "basis", "valid_from", "year", "note")

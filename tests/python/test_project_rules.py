"""The rules of the project, and those of dbt-project-evaluator (which needs a server of packages), over the manifest."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.cli.main import dbtRunner
from soak import REPOSITORY
from soak.builder import parse

LONGEST_CHAIN_OF_VIEWS = 4
# folders of models/intermediate in their order: a room reads itself and the rooms before it
ROOMS = [
    "records",
    "documents",
    "dates",
    "people",
    "orders",
    "customers",
    "acquisition",
    "fits",
    "backtests",
    "valuation",
]
# and rooms that read all of these, but not each other: marts join them
READERS = ["channels", "cohorts", "kpis", "campaigns", "drivers", "subscriptions", "forecasts"]
MOST_INTERMEDIATE_MODELS = 152
LONGEST_CHAIN = 47
MOST_STAGES = 5
STAGE = re.compile(r"int_(?P<noun>\w+)_(?:\w+ed|chosen|found|known|made|read|told)")
PREFIXES = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_")}
KEYLESS = {"fct_rejected_records"}  # a raw row that is delivered twice is rejected twice
REFERENCE = re.compile(r"\b(?:from|join)\s+(\"?\w+\"?\s*\.\s*\"?\w+)", re.IGNORECASE)

Nodes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dict(parse().writable_manifest().to_dict(omit_none=False))


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> Nodes:
    found = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    assert len(found) > 100
    return found


def layer(node: dict[str, Any]) -> str:
    return str(node["path"]).split("/")[0]


def parents(node: dict[str, Any]) -> list[str]:
    return list(node["depends_on"]["nodes"])


def room(node: dict[str, Any]) -> str:
    """The folder of a model of intermediate/."""
    return str(node["path"]).split("/")[1]


def names(nodes: Iterator[dict[str, Any]]) -> list[str]:
    return sorted(node["name"] for node in nodes)


def test_only_staging_reads_sources_and_reads_nothing_else(models: Nodes) -> None:
    readers = {
        key: [parent for parent in parents(node) if parent.startswith("source.")] for key, node in models.items()
    }
    assert not names(models[key] for key, sources in readers.items() if sources and layer(models[key]) != "staging")
    assert not names(models[key] for key, sources in readers.items() if len(set(sources)) > 1)
    staging = [node for node in models.values() if layer(node) == "staging"]
    assert not names(node for node in staging if any(parent in models for parent in parents(node)))


def test_every_source_is_read_once_documented_and_described(manifest: dict[str, Any], models: Nodes) -> None:
    reads = [parent for node in models.values() for parent in parents(node) if parent.startswith("source.")]
    assert sorted(reads) == sorted(manifest["sources"])
    assert not names(
        source
        for source in manifest["sources"].values()
        if not source["description"].strip() or not source["source_description"].strip()
    )


def test_nothing_flows_back_from_marts(models: Nodes) -> None:
    order = ["staging", "intermediate", "marts"]
    backwards = [
        f"{node['name']} reads {models[parent]['name']}"
        for node in models.values()
        for parent in parents(node)
        if parent in models and order.index(layer(models[parent])) > order.index(layer(node))
    ]
    assert not backwards


def reads(models: Nodes) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every model of intermediate/ beside each model of intermediate/ that it reads."""
    for node in models.values():
        for parent in parents(node):
            if parent in models and layer(node) == layer(models[parent]) == "intermediate":
                yield node, models[parent]


def test_intermediate_models_stand_in_a_room_of_the_house(models: Nodes) -> None:
    strange = {room(node) for node in models.values() if layer(node) == "intermediate"} - set(ROOMS + READERS)
    assert not strange


def test_a_room_reads_itself_and_the_rooms_before_it(models: Nodes) -> None:
    place = {name: number for number, name in enumerate(ROOMS)} | dict.fromkeys(READERS, len(ROOMS))
    backwards = [
        f"{room(node)}/{node['name']} reads {room(parent)}/{parent['name']}"
        for node, parent in reads(models)
        if room(node) in place and place.get(room(parent), 0) > place[room(node)]
    ]
    assert not backwards


def test_no_reader_reads_another(models: Nodes) -> None:
    between = [
        f"{room(node)}/{node['name']} reads {room(parent)}/{parent['name']}"
        for node, parent in reads(models)
        if room(node) in READERS and room(parent) in READERS and room(node) != room(parent)
    ]
    assert not between


def test_the_graph_is_small_and_shallow(models: Nodes) -> None:
    depths: dict[str, int] = {}

    def depth(key: str) -> int:
        if key not in depths:
            depths[key] = 1 + max((depth(parent) for parent in parents(models[key]) if parent in models), default=0)
        return depths[key]

    deepest = max(models, key=depth)
    assert depths[deepest] <= LONGEST_CHAIN, f"{models[deepest]['name']} lies {depths[deepest]} models deep"
    # a source brings one model of staging, and a mart is one: neither makes the house harder to read
    assert len([node for node in models.values() if layer(node) == "intermediate"]) <= MOST_INTERMEDIATE_MODELS


def test_a_noun_has_few_stages(models: Nodes) -> None:
    """`int_orders_checked` is a stage of `orders`; a name without a verb at its end is a row of its own."""
    stages: dict[str, list[str]] = {}
    for node in models.values():
        found = STAGE.fullmatch(node["name"])
        if found:
            stages.setdefault(found["noun"], []).append(node["name"])
    assert stages
    assert not {noun: sorted(found) for noun, found in stages.items() if len(found) > MOST_STAGES}


def test_no_model_brings_its_own_hook(models: Nodes) -> None:
    """What is made anew is configured (strategy `restate`), not removed by a statement in the model; all have the two hooks of the engine."""
    hooks = {
        hook["sql"] for node in models.values() for kind in ("pre-hook", "post-hook") for hook in node["config"][kind]
    }
    assert hooks == {"{{ plan_settings() }}", "{{ gather_statistics(this) }}"}


def test_nothing_is_recursive(manifest: dict[str, Any], models: Nodes) -> None:
    """Loops are models of materialization `iterated`: not every warehouse has recursive CTEs that aggregate.

    What an engine makes of the steps of one is its own affair.
    """
    code = {node["name"]: node["raw_code"] for node in models.values()}
    code |= {
        macro["name"]: macro["macro_sql"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == manifest["metadata"]["project_name"] and macro["name"] != "duckdb__all_steps"
    }
    assert not sorted(name for name, text in code.items() if re.search(r"\bwith\s+recursive\b", text, re.IGNORECASE))


def test_no_reference_is_hard_coded(models: Nodes) -> None:
    found = {node["name"]: REFERENCE.findall(node["raw_code"]) for node in models.values()}
    assert not {name: references for name, references in found.items() if references}


def test_every_model_has_parents_a_tested_key_and_a_name_of_its_layer(manifest: dict[str, Any], models: Nodes) -> None:
    roots = {node["name"] for node in models.values() if not parents(node)}
    assert not roots
    tested: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("test_metadata"):
            tested.setdefault(node["attached_node"] or "", set()).add(node["test_metadata"]["name"])
    published = [node for node in models.values() if layer(node) == "marts"]
    keyless = names(node for node in published if not tested.get(node["unique_id"], set()) & {"unique", "unique_key"})
    assert set(keyless) == KEYLESS
    assert not names(node for node in models.values() if not node["name"].startswith(PREFIXES[layer(node)]))
    assert not names(node for node in models.values() if not node["description"].strip())


def test_marts_are_tables_under_contract(models: Nodes) -> None:
    published = [node for node in models.values() if layer(node) == "marts"]
    assert not names(node for node in published if not node["config"]["contract"]["enforced"])
    assert not names(node for node in published if node["config"]["materialized"] not in {"table", "incremental"})


def test_no_chain_of_views_is_long(models: Nodes) -> None:
    lengths: dict[str, int] = {}

    def length(key: str) -> int:
        if key not in lengths:
            node = models[key]
            above = [length(parent) for parent in parents(node) if parent in models]
            is_stored = node["config"]["materialized"] not in {"view", "ephemeral"}
            lengths[key] = 0 if is_stored else 1 + max(above, default=0)
        return lengths[key]

    assert not {models[key]["name"]: length(key) for key in models if length(key) > LONGEST_CHAIN_OF_VIEWS}


def test_what_stops_a_run_is_tested_before_anything_is_dated(manifest: dict[str, Any], models: Nodes) -> None:
    """A model waits in dbt for a test where it depends on all that the test reads."""
    waited_for: set[str] = set()
    waiting = [key for key, node in models.items() if node["name"] == "int_months_spined"]
    while waiting:
        node = models.get(waiting.pop())
        found = set(parents(node)) - waited_for if node else set()
        waited_for |= found
        waiting += found
    stops = ["assert_keys_are_of_one_order", "assert_rejected_share_is_within_limit", "assert_there_are_orders"]
    for name in [*stops, "assert_orders_count"]:
        (test,) = [node for node in manifest["nodes"].values() if node["name"] == name]
        assert set(parents(test)) <= waited_for, name


def test_tests_stand_beside_what_they_test(manifest: dict[str, Any], models: Nodes) -> None:
    """A YAML file describes the models of its own folder; a singular test stands in a folder of tests/ named for it."""
    strays = [
        node["name"]
        for node in models.values()
        if not node["patch_path"]
        or Path(node["patch_path"].split("://")[1]).parent != Path(node["original_file_path"]).parent
    ]
    assert not strays
    groups = {node["path"].split("/")[1] for node in models.values()} | {"predictions", "quality"}
    singular = [
        node for node in manifest["nodes"].values() if node["resource_type"] == "test" and not node.get("test_metadata")
    ]
    assert singular
    assert not names(node for node in singular if Path(node["original_file_path"]).parts[1] not in groups)


def test_models_only_selects_every_model_and_seed_and_no_test(manifest: dict[str, Any], tmp_path: Path) -> None:
    folders = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY), "--target-path", str(tmp_path)]
    command = ["--quiet", "--log-level-file", "none", "list", "--selector", "models_only", "--output", "path", *folders]
    result = dbtRunner(manifest=parse()).invoke(command)
    assert isinstance(result.result, list), result.exception
    expected = [
        node["original_file_path"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed"} and node["config"]["enabled"]
    ]
    assert sorted(result.result) == sorted(expected)


def keys_without_value(node: yaml.Node) -> Iterator[str]:
    """Name the keys to which YAML finds no value: in `{description: A file, or a table.}` the second half is such a key."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if value.value == "" and value.start_mark.index == value.end_mark.index:
                yield f"{key.start_mark.name}:{key.start_mark.line + 1}: {key.value}"
            yield from keys_without_value(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from keys_without_value(item)


def test_no_comma_cuts_a_description_in_half() -> None:
    files = [path for folder in ("models", "macros", "seeds", "tests") for path in (REPOSITORY / folder).rglob("*.yml")]
    assert len(files) > 20
    halves = []
    for path in files:
        with path.open(encoding="utf-8") as file:
            halves += list(keys_without_value(yaml.compose(file)))
    assert not halves

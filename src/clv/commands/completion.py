"""What a shell proposes when the user presses the tab key. A proposal that can't be made is no error."""

from typer import Context

from clv.build.project import find_project, find_warehouse, targets
from clv.errors import ClvError


def complete_target(incomplete: str) -> list[str]:
    """Propose the targets of profiles.yml."""
    try:
        return [name for name in targets(find_project()) if name.startswith(incomplete)]
    except ClvError:
        return []


def complete_run(context: Context, incomplete: str) -> list[tuple[str, str]]:
    """Propose the runs whose publications the warehouse keeps, each with its as-of date, the latest first."""
    # duckdb takes a moment to load
    from clv.warehouse.publish import kept_files

    try:
        kept = kept_files(find_warehouse(context.params.get("warehouse")))
    except (ClvError, OSError):
        return []
    return [(file.run_id, f"as of {file.as_of}") for file in kept if file.run_id.startswith(incomplete)]


def complete_format(incomplete: str) -> list[str]:
    """Propose the formats of exports."""
    from clv.commands.export import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def complete_mart(context: Context, incomplete: str) -> list[tuple[str, str]]:
    """Propose the published marts, each with the grain of its rows."""
    from clv.commands.export import published_marts

    try:
        marts = published_marts(find_warehouse(context.params.get("warehouse")))
    except ClvError:
        return []
    return [(name, description.split(":")[0]) for name, description in marts if name.startswith(incomplete)]

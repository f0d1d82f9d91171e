"""Mappings by their names alone: those that come with Linkwell, and those that a page kept."""

from linkwell.directory.uploads.queries import kept_mapping, kept_mappings
from linkwell.interop.errors import CannotRead
from linkwell.interop.files import mapping as mappings


def mappings_to_choose() -> list[tuple[str, str]]:
    """Return (name, what a person calls it) of every mapping, those that were kept first."""
    kept = [(one.name, f"{one.source} ({one.name})") for one in kept_mappings()]
    return [*kept, *((name, mappings.load(name).title) for name in mappings.built_in())]


def mapping_named(name: str) -> mappings.Mapping:
    """Return a mapping that comes with Linkwell or was kept; raise CannotRead where there is none. No file is read."""
    if name in mappings.built_in():
        return mappings.load(name)
    if kept := kept_mapping(name):
        return mappings.from_content(kept.name, kept.content)
    raise CannotRead(
        f"There is no mapping {name}. Give the path of one, the name of one that was kept on the page Bring in a"
        f" spreadsheet, or one of: {', '.join(mappings.built_in())}."
    )

"""Taking a feed into the directory: one transaction, counted, every repair and refusal kept."""

from linkwell.directory.imports.relocating import relocate
from linkwell.directory.imports.result import ImportResult
from linkwell.directory.imports.run import import_records

__all__ = ["ImportResult", "import_records", "relocate"]

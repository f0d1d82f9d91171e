"""`python -m linkwell.directory.searching.rebuild FOLDER`: makes the index anew, beside the processes that search.

LINKWELL_SEARCH_DATABASE says where the directory is. Who starts it holds the lock and hands it over.
"""

import os
import sys
from pathlib import Path

import psycopg

from linkwell.directory.searching import changes, keeping
from linkwell.matching.index import warming


def main() -> int:
    """Make the index; return 0, or 1 with a line that says why not."""
    try:
        with psycopg.connect(os.environ["LINKWELL_SEARCH_DATABASE"], autocommit=True, prepare_threshold=None) as server:
            cursor = server.cursor()
            warming.warm()  # before there is an index: whoever finds it finds the compiled code as well
            kept = keeping.build(Path(sys.argv[1]), cursor)
            keeping.warm(keeping.caught_up(kept, Path(sys.argv[1]), cursor))
            changes.forget_old(cursor)
    except (OSError, psycopg.Error, keeping.FarBehind) as fault:
        why = getattr(fault, "strerror", None) or type(fault).__name__
        print(f"The search index could not be made ({why}); the database answers searches instead.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

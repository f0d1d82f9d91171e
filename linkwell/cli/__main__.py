"""`python -m linkwell.cli` is the `linkwell` command."""

from linkwell.cli import main

main()

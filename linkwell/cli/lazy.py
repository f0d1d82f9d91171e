"""Groups of commands that are imported when one of theirs is asked for, so that `--help` is quick."""

from functools import cached_property
from importlib import import_module

import typer
from typer.core import TyperGroup

GROUPS = {
    "audit": ("linkwell.cli.audit", "The audit trail: check it, seal it."),
    "database": ("linkwell.cli.database_commands", "The database: prepare, start, stop, look into."),
    "demo": ("linkwell.cli.demo", "The demo scheme."),
    "directory": ("linkwell.cli.directory_feed", "Directories of services: bring in, publish, check."),
    "jobs": ("linkwell.cli.jobs", "Jobs that failed: see them, try again."),
    "reference": ("linkwell.cli.reference", "Reference tables: postcodes, practices."),
    "scheme": ("linkwell.cli.scheme", "Schemes: add one."),
}


class LazyGroup(TyperGroup):
    """A group whose commands stand in a module that is imported on first use."""

    def __init__(self, *, name: str, module: str, help: str) -> None:  # noqa: A002 - typer's own name
        super().__init__(name=name, help=help, no_args_is_help=True)
        self.module = module

    @cached_property
    def real(self) -> TyperGroup:
        return typer.main.get_group(import_module(self.module).app)

    def list_commands(self, ctx):
        return self.real.list_commands(ctx)

    def get_command(self, ctx, cmd_name):
        return self.real.get_command(ctx, cmd_name)


class LazyCommands(TyperGroup):
    """The root command: its own commands and the groups above."""

    def list_commands(self, ctx):
        return sorted([*super().list_commands(ctx), *GROUPS])

    def get_command(self, ctx, cmd_name):
        if cmd_name in GROUPS:
            module, text = GROUPS[cmd_name]
            return LazyGroup(name=cmd_name, module=module, help=text)
        return super().get_command(ctx, cmd_name)

"""Mutants that no test can see, or need not, each with its reason."""

GUARDS: dict[str, str] = {}

# Module to the change, as `tests.mutation.modules` prints it, to the reason.
MODULES: dict[str, dict[str, str]] = {}

"""
Mutants of the Python modules that keep the promise: does a test see each?

`python -m tests.mutation.modules [part of a module's name …]` works in `var/mutation/` on a copy of
the project, module by module, with the tests that are the module's own. A run that was broken off
goes on where it stopped, unless a Python file has changed since.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from .explained import MODULES as EXPLAINED
from .findings import FOLDER, ROOT, state_of_the_code

SUBSCRIPTIONS = ("tests/subscriptions/test_guards.py", "tests/subscriptions/test_changing.py")
OF_GUARDS = ("tests/lib/test_guards.py",)
OF_DECISIONS = ("tests/relationships/test_deciding.py", "tests/relationships/test_displacing.py")
TESTS: dict[str, tuple[str, ...]] = {
    "partnercenter/lib/canonical.py": ("tests/lib/test_canonical.py",),
    "partnercenter/lib/guards/declarations.py": OF_GUARDS,
    "partnercenter/lib/guards/installation.py": OF_GUARDS,
    "partnercenter/lib/guards/migrating.py": OF_GUARDS,
    "partnercenter/lib/guards/registry.py": OF_GUARDS,
    "partnercenter/lib/guards/sqlite.py": OF_GUARDS,
    "subscriptions/guards.py": SUBSCRIPTIONS,
    "subscriptions/form_columns.py": SUBSCRIPTIONS,
    "relationships/certificates.py": (
        "tests/relationships/test_certificates.py",
        "tests/relationships/test_survey.py",
    ),
    "relationships/who_may.py": ("tests/relationships/test_who_may.py",),
    "relationships/moves/displacing.py": OF_DECISIONS,
    "relationships/moves/granting.py": (
        "tests/relationships/test_granting.py",
        *OF_DECISIONS,
        "tests/relationships/test_standing.py",
    ),
    "relationships/moves/administration.py": (
        *OF_DECISIONS,
        "tests/relationships/test_ending.py",
    ),
    "relationships/survey.py": (
        "tests/relationships/test_survey.py",
        "tests/relationships/test_certificates.py",
        "tests/relationships/test_promise.py",
    ),
}
ROOMS = (
    "accounts",
    "audit",
    "customers",
    "mail",
    "partnercenter",
    "partners",
    "relationships",
    "subscriptions",
)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "mutants", "__pycache__", "*_cache")
# Each mutant gets a process of its own that imports everything anew: guards are built on import.
SETTINGS = """
[tool.mutmut]
source_paths = {rooms}
only_mutate = {only}
also_copy = {rest}
pytest_add_cli_args = ["-p", "tests.mutation.database", "-p", "no:cacheprovider", "--reuse-db"]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"
forkserver_warmup = "none"
timeout_constant = 60.0
use_git_change_detection = false
# The words of an error that only a programmer sees.
do_not_mutate_patterns = ["raise (Type|Value)Error"]
"""


def mutmut(*words: str, of: Path) -> str:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "partnercenter.settings",
        "DEMO": "1",
        "SECRET_KEY": "only-for-tests",
        "DATABASE_URL": f"sqlite:///{FOLDER / 'template.sqlite3'}",
        "MUTATION_TEMPLATE": str(FOLDER / "template.sqlite3"),
    }
    ran = subprocess.run(
        [sys.executable, "-m", *words], cwd=of, env=environment, check=False, stdout=subprocess.PIPE
    )
    return ran.stdout.decode()


def prepare(module: str) -> Path:
    """A copy of the project with the settings for this module; the old one where it still fits."""
    copy, state = FOLDER / module.removesuffix(".py").replace("/", "."), state_of_the_code()
    stamp = copy / "state"
    if stamp.exists() and stamp.read_text() == state:
        return copy
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED, symlinks=True)
    rest = sorted(path.name for path in copy.iterdir() if path.name not in (*ROOMS, "tests"))
    settings = SETTINGS.format(
        rooms=list(ROOMS), only=[module], rest=rest, tests=list(TESTS[module])
    )
    with (copy / "pyproject.toml").open("a") as file:
        file.write(settings)
    stamp.write_text(state)
    return copy


def judge(module: str) -> list[tuple[str, str]]:
    """Every mutant of the module with what became of it."""
    copy = prepare(module)
    children = os.environ.get("MUTATION_PROCESSES", "1")
    output = mutmut("mutmut", "run", "--max-children", children, of=copy)
    (copy / "output").write_text(output)
    lines = mutmut("mutmut", "results", "--all", "true", of=copy).splitlines()
    found = [line.strip().rsplit(": ", 1) for line in lines if "__mutmut_" in line]
    if not found:
        print(output[-3000:])
    return [(name, became) for name, became in found]


def change(copy: Path, name: str) -> str:
    """The mutant as one line: what was taken out, and what stands there instead."""
    lines = mutmut("mutmut", "show", name, of=copy).splitlines()
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return " ".join(" ".join(line.split()) for line in changed)


def report(module: str, found: list[tuple[str, str]]) -> int:
    """Print the module's figures and its survivors; how many of them nobody has explained."""
    figures = Counter(became for _, became in found)
    told = ", ".join(f"{number} {became}" for became, number in figures.most_common())
    print(f"{module}: {len(found)} mutants: {told}", flush=True)
    unexplained = int(not found)
    for name, became in found:
        if became not in ("killed", "not checked"):
            changed = change(prepare(module), name)
            known = changed in EXPLAINED.get(module, {})
            unexplained += not known
            print(f"  {'explained' if known else became}: {name}: {changed}", flush=True)
    return unexplained + figures["not checked"]


def main(wanted: list[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "template.sqlite3").unlink(missing_ok=True)
    mutmut("django", "migrate", "--verbosity", "0", of=ROOT)
    chosen = [one for one in TESTS if not wanted or any(part in one for part in wanted)]
    return int(sum(report(module, judge(module)) for module in chosen) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

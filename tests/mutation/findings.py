"""What became of each mutant, kept so that a run which was broken off can go on."""

import hashlib
import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "mutation"


@cache
def state_of_the_code() -> str:
    """A digest over every Python file: findings about another code count no more."""
    sha = hashlib.sha256()
    folders = (path for path in sorted(ROOT.iterdir()) if not path.name.startswith("."))
    for folder in folders:
        if folder.is_dir() and folder.name != "var":
            for file in sorted(folder.rglob("*.py")):
                sha.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return sha.hexdigest()


class Findings(dict[str, str]):
    """Mutant to the test that saw it; to an empty text where none did."""

    def __init__(self, name: str) -> None:
        super().__init__()
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.file, state = FOLDER / f"{name}.jsonl", state_of_the_code()
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        if lines and json.loads(lines[0]) == state:
            self.update(json.loads(line) for line in lines[1:])
        else:
            self.file.write_text(json.dumps(state) + "\n")

    def add(self, mutant: str, killer: str) -> None:
        self[mutant] = killer
        with self.file.open("a") as file:
            file.write(json.dumps([mutant, killer]) + "\n")

    def sum_up(self, mutants: list[str], explained: dict[str, str]) -> int:
        """Print the figures and every survivor; how many of them nobody has explained."""
        survived = [mutant for mutant in mutants if not self[mutant]]
        open_ones = [mutant for mutant in survived if mutant not in explained]
        killed = len(mutants) - len(survived)
        print(f"{self.file.stem}: {len(mutants)} mutants, {killed} killed, ", end="")
        print(f"{len(survived)} survived, {len(open_ones)} of them unexplained")
        for mutant in survived:
            print(f"  {'explained' if mutant in explained else 'SURVIVED '}  {mutant}")
        return len(open_ones)

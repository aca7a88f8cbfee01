"""`make fuzz`: every target for its share of the time; what breaks one is kept, and replayed by the tests."""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measure import say
from tests.conftest import ROOT
from tests.fuzz.api import call_by_description
from tests.fuzz.targets import CORPUS, TARGETS

WORKING = ROOT / ".build" / "fuzz"
"""What the fuzzer finds worth keeping grows here, from run to run, and is no part of the repository."""

API_DESCRIPTION = "description"
MOST_MEMORY_MB = 1024
_BROKE = ("crash", "timeout", "oom")


def main(arguments: list[str]) -> int:
    """Fuzz the named targets, all when none is named; 1 when something broke."""
    asked = _parser().parse_args(arguments)
    names = asked.targets or [*TARGETS, API_DESCRIPTION]
    each = max(1.0, 60 * asked.minutes / len(names))  # libFuzzer takes none for no end
    say(f"==> {len(names)} targets, {each:.0f} s each, seed {asked.seed}")
    broken = [name for name in names if not _fuzz(name, each, asked.seed)]
    say("" if broken else "nothing broke")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    known = [*TARGETS, API_DESCRIPTION]
    parser.add_argument("targets", nargs="*", choices=[*known, []], help=", ".join(known))
    parser.add_argument("--minutes", type=float, default=17.0, help="for all together (17)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws alike (1)")
    return parser


def _fuzz(name: str, seconds: float, seed: int) -> bool:
    """Fuzz one target and keep what broke it; tell whether nothing did."""
    if name == API_DESCRIPTION:
        return _by_description(seconds, seed)
    found = WORKING / name
    (found / "corpus").mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        done = subprocess.run(
            [
                sys.executable, "-m", "tests.fuzz.run", name,
                f"-max_total_time={seconds:.0f}", f"-seed={seed}", f"-rss_limit_mb={MOST_MEMORY_MB}",
                f"-artifact_prefix={found}/", "-print_final_stats=1",
                str(found / "corpus"), str(CORPUS / name),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": temporary},
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
        )  # fmt: skip
    told = done.stderr + done.stdout
    (found / "log").write_text(told, encoding="utf-8")
    tried = re.search(r"stat::number_of_executed_units:\s*(\d+)", told)
    kept = _kept(name, found)
    say(
        f"    {name}: {tried[1] if tried else 'no'} inputs in {time.monotonic() - began:.0f} s"
        + "".join(f"\n        broke: {path.relative_to(ROOT)}" for path in kept)
        + ("" if done.returncode == 0 or kept else f"\n        ended with {done.returncode}")
    )
    if done.returncode:
        say("\n".join(line for line in told.splitlines()[-60:] if not line.startswith("stat::")))
    return done.returncode == 0 and not kept


def _kept(name: str, found: Path) -> list[Path]:
    """Move what broke the target into the repository's corpus; return where it is now."""
    kept = []
    for path in sorted(found.iterdir()):
        kind = path.name.partition("-")[0]
        if path.is_file() and kind in _BROKE:
            content = path.read_bytes()
            target = CORPUS / name / f"{kind}-{hashlib.sha256(content).hexdigest()[:12]}"
            target.write_bytes(content)
            path.unlink()
            kept.append(target)
    return kept


def _by_description(seconds: float, seed: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        made, broke = call_by_description(seed, folder=Path(folder), seconds=seconds)
    say(f"    {API_DESCRIPTION}: {made} requests")
    if broke is None:
        return True
    target = CORPUS / "api" / f"crash-{hashlib.sha256(broke).hexdigest()[:12]}"
    target.write_bytes(broke)
    say(f"        broke: {target.relative_to(ROOT)}")
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

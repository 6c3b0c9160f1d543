"""Intervals of many more simulated campaigns and shops than the suite's."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

from soak import REPOSITORY


@dataclass
class IntervalReport:
    """What came of the simulations. told: what the tests say of each kind; how they ended, as pytest sums it up, comes last."""

    campaigns: int
    shops: int
    exit_code: int
    told: str

    @property
    def passed(self) -> bool:
        return self.exit_code == 0


def soak_intervals(campaigns: int, shops: int) -> IntervalReport:
    """Run the suite's simulations with so many campaigns of each kind, and so many shops."""
    tests = REPOSITORY / "tests" / "python" / "test_intervals.py"
    command = [sys.executable, "-m", "pytest", "-q", "-s", str(tests)]
    environment = os.environ | {"SIMULATED_CAMPAIGNS": str(campaigns), "SIMULATED_SHOPS": str(shops)}
    result = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    sys.stderr.write("\n".join(re.findall(r"^E  .*", result.stdout, re.MULTILINE)))
    told = re.findall(r"^[.F]*(.*(?:covered|shops call|passed|failed).*)", result.stdout, re.MULTILINE)
    return IntervalReport(campaigns, shops, result.returncode, "\n".join(told) or result.stdout[-500:])

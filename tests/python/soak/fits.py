"""Fits of many more random logs than the suite's, against a search from many starting points."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

from soak import REPOSITORY


@dataclass
class FitReport:
    """What came of the logs. told: how the tests ended, as pytest sums it up."""

    shops: int
    exit_code: int
    told: str

    @property
    def passed(self) -> bool:
        return self.exit_code == 0


def soak_fits(shops: int) -> FitReport:
    """Run the suite's tests of random logs on so many made-up shops."""
    tests = REPOSITORY / "tests" / "python" / "test_maximum_likelihood.py"
    command = [sys.executable, "-m", "pytest", "-q", str(tests), "-k", "likelier or the_log_likelihood_is or maxima"]
    environment = os.environ | {"DRAWN_SHOPS": str(shops)}
    result = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    sys.stderr.write("\n".join(re.findall(r"^E  .*", result.stdout, re.MULTILINE)))
    told = re.findall(r"^\d+ (?:passed|failed).*", result.stdout, re.MULTILINE)
    return FitReport(shops, result.returncode, told[-1] if told else result.stdout[-500:])

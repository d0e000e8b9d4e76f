"""What cannot run here: passed over with a word on a developer's machine, a failure where everything was promised."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``CI`` in the environment, whatever is skipped fails: nobody reads there that it was."""
    report = yield
    if "CI" in os.environ and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\nL'intégration continue (CI) promet cet essai : installez ce qui lui manque."
    return report

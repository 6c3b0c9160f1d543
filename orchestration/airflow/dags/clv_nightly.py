"""The nightly of the CLV warehouse as an Airflow DAG. Set up: docs/how-to/run-every-night.md."""

import logging
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import CronDataIntervalTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

sys.path.append(str(Path(__file__).resolve().parents[2]))
import clv_trigger

log = logging.getLogger("clv")


def day_of(logical_date: datetime | None, run_after: datetime) -> date:
    """Return the day that a run is about: its logical date's, but no later than the last day that is over."""
    zone = ZoneInfo(clv_trigger.TIMEZONE)
    yesterday = run_after.astimezone(zone).date() - timedelta(days=1)
    return min(logical_date.astimezone(zone).date(), yesterday) if logical_date else yesterday


def raise_alarm(context: Any) -> None:
    """Alert, once the last try has failed."""
    reason = context.get("exception") or "The task was killed."
    clv_trigger.alert(f"Airflow: {context['run_id']} of {context['dag'].dag_id} failed.\n{reason}\n")


@dag(
    dag_id="clv_nightly",
    schedule=CronDataIntervalTimetable(clv_trigger.SCHEDULE, timezone=clv_trigger.TIMEZONE),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["clv"],
    doc_md=__doc__,
)
def clv_nightly() -> None:
    """One task, since it is one build: published as a whole or not at all."""

    @task(
        retries=clv_trigger.RETRIES,
        retry_delay=clv_trigger.RETRY_DELAY,
        execution_timeout=clv_trigger.TIMEOUT,
        on_failure_callback=raise_alarm,
    )
    def clv_run() -> None:
        context = get_current_context()
        day = day_of(context.get("logical_date"), context["dag_run"].run_after)
        try:
            clv_trigger.run_nightly(day.isoformat(), log.info)
        except clv_trigger.NightlyError as error:
            if error.can_retry:
                raise
            raise AirflowFailException(str(error)) from error

    clv_run()


clv_nightly()

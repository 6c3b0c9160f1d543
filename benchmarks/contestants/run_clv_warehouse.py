"""Contestant `clv-warehouse`: this project's own models, run by dbt over the log as they run in a build.

Stage `models` is dbt's own time of the run, from the first model's start to the last one's end: two run at once, so
that it is less than their sum. The process also starts dbt and parses the project.
"""

import os
import tempfile
from pathlib import Path

import duckdb
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from protocol import Clock, Result, compete

from clv.engines import ENGINE

PROJECT = Path(__file__).parents[1] / "warehouse"

PARAMETERS = """
select
    bought.parameter_1, bought.parameter_2, bought.parameter_3, bought.parameter_4,
    spent.parameter_1, spent.parameter_2, spent.parameter_3
from int_models_fitted as bought
cross join int_models_fitted as spent
where bought.model_name = 'bg_nbd' and spent.model_name = 'gamma_gamma'
"""
SUMS = "select sum(expected_orders_365d), sum(predicted_revenue), count(*) from int_customers_predicted"
LOG_LIKELIHOOD = "select log_likelihood from int_models_fitted where model_name = 'bg_nbd'"


def predict_clv(log: Path, as_of: str, clock: Clock) -> Result:
    """Build the models in a folder of their own and read what they hold."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "CLV_BENCHMARK_LOG": str(log.resolve()),
            "CLV_BENCHMARK_AS_OF": as_of,
            "CLV_BENCHMARK_FOLDER": folder,
        }
        paths = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        paths += ["--target-path", f"{folder}/target", "--log-path", f"{folder}/logs"]
        run = dbtRunner().invoke(["--quiet", "run", *paths])
        ENGINE.release()
        if not isinstance(run.result, RunExecutionResult) or not run.success:
            raise RuntimeError(f"dbt run: {run.exception or run.result}")
        clock.stages |= {node.node.name: node.execution_time for node in run.result}
        clock.stages["models"] = run.result.elapsed_time

        with duckdb.connect(f"{folder}/benchmark.duckdb", read_only=True) as connection:
            names = ("r", "alpha", "a", "b", "p", "q", "v")
            parameters = dict(zip(names, connection.execute(PARAMETERS).fetchone() or (), strict=True))
            orders, clv, customers = connection.execute(SUMS).fetchone() or (0, 0, 0)
            (log_likelihood,) = connection.execute(LOG_LIKELIHOOD).fetchone() or (None,)
    return Result(parameters, log_likelihood, orders, clv, customers)


if __name__ == "__main__":
    compete("clv-warehouse", predict_clv)

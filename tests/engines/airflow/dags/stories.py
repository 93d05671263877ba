"""The DAGs of tests/fixtures/airflowStories.ts."""

from datetime import datetime, timezone

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset

for name, command, paused in [
    ("ok", "true", False),
    ("breaks", "echo no rows in it; exit 3", False),
    ("sleeps", "true", True),
]:
    with DAG(
        name,
        schedule=None,
        start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
        catchup=False,
        is_paused_upon_creation=paused,
    ) as dag:
        BashOperator(task_id="load", bash_command=command)
    globals()[name] = dag

with DAG(
    "follows",
    schedule=[Asset("pallet_sales")],
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    is_paused_upon_creation=False,
) as follows:
    BashOperator(task_id="load", bash_command="true")

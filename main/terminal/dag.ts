/** A DAG of Airflow 3 with Pallet as its task, as Python. */
import { nameElsewhere } from './otherNames.ts'

/** A string of Python: what JSON escapes, Python reads alike. */
const text = (value: string): string => JSON.stringify(value)

/** What the DAG of a dataset is called. */
export const dagIdOf = (dataset: string): string => nameElsewhere(dataset, /[^\w.-]/g)

/** `dataset`: its name. */
export function dagOf(dataset: string): string {
  return `"""Sends the files of the dataset ${dataset.replaceAll('\\', '').replaceAll('"', '')} with Pallet. Written by "pallet dag"; yours to change.

A task that is tried again, or killed, goes on with the same run: no row is loaded twice.
Exit codes of Pallet: 0 delivered, 1 failed, 2 misunderstood, 3 stopped by a limit, 4 waits.
"""

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.sdk import Param, dag, get_current_context, task

DATASET = ${text(dataset)}
# Where the worker has Pallet. Its home with the connections is in PALLET_HOME, their secrets in PALLET_SECRET_NAME.
PALLET = os.environ.get("PALLET_COMMAND", "pallet")


@dag(
    dag_id=${text(dagIdOf(dataset))},
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    # One home takes one Pallet at a time.
    max_active_runs=1,
    tags=["pallet", "retail"],
    params={"file": Param(type="string", minLength=1, description="The file, or its https address")},
)
def pallet_dag():
    @task(retries=5, retry_delay=timedelta(minutes=2))
    def send() -> dict:
        context = get_current_context()
        run_id = f"{context['dag'].dag_id}/{context['run_id']}"
        command = [PALLET, "--json", "run", context["params"]["file"]]
        command += ["--dataset", DATASET, "--run-id", run_id]
        receipt = {}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                print(line, end="")
                event = json.loads(line) if line.startswith("{") else {}
                if event.get("event") == "receipt":
                    receipt = event
        problem = (receipt.get("problem") or {}).get("what", "")
        if process.returncode == 4:
            raise AirflowException(f"The run waits. {problem}")
        if process.returncode != 0:
            # Trying again helps nobody: a person has to look.
            raise AirflowFailException(f"The file was not delivered. {problem}")
        return {"run": receipt["runId"], "rows": receipt["rows"]}

    send()


pallet_dag()
`
}

/** The outside systems that Pallet can speak to. A new one has its line here and its implementation in main/hosts/systems.ts. */
import { airflow } from './airflow.ts'
import { azureBlob } from './azureBlob.ts'
import { databricks } from './databricks.ts'
import { dataFactory } from './dataFactory.ts'
import { email } from './email.ts'
import { openLineage } from './openLineage.ts'
import { powerBi } from './powerBi.ts'
import { kafka } from './kafka.ts'
import type { SystemRecord } from './record.ts'
import { sandbox } from './sandbox.ts'
import { sftp } from './sftp.ts'
import { storeApi } from './storeApi.ts'
import { slack } from './slack.ts'
import { snowflake } from './snowflake.ts'
import { spark } from './spark.ts'
import { teams } from './teams.ts'
import { webhook } from './webhook.ts'

const known = [
  sandbox,
  azureBlob,
  airflow,
  dataFactory,
  powerBi,
  snowflake,
  databricks,
  spark,
  kafka,
  storeApi,
  sftp,
  openLineage,
  webhook,
  teams,
  slack,
  email,
] as const satisfies readonly SystemRecord[]

export type SystemName = (typeof known)[number]['name']

export const systems: readonly SystemRecord[] = known

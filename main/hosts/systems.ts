/** Each system that shared/systems describes, with what stands behind it. */
import type { SystemName } from '../../shared/systems/all.ts'
import type { Sandbox } from '../runs/ports/accounts.ts'
import type { SignIn } from '../runs/ports/signIn.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import { airflow } from '../downstream/airflow.ts'
import { dataFactory } from '../downstream/dataFactory.ts'
import { email } from '../downstream/email.ts'
import { slack, teams } from '../downstream/messages.ts'
import { openLineage } from '../downstream/openLineage.ts'
import { powerBi } from '../downstream/powerBi.ts'
import { spark } from '../downstream/spark/system.ts'
import { webhook } from '../downstream/webhook.ts'
import { sftp } from '../sources/sftpSystem.ts'
import { storeApi } from '../sources/storeApi.ts'
import { kafka } from '../streaming/system.ts'
import { azureBlob, sandboxStorage } from '../upload/azureBlob.ts'
import { databricks } from '../warehouse/databricks/system.ts'
import { snowflake } from '../warehouse/snowflake/system.ts'

export function outsideSystems(parts: {
  sandbox: Sandbox
  signIn: SignIn
  /** Of the built-in warehouse. */
  warehouseFile: string
}): Readonly<Record<SystemName, OutsideSystem>> {
  return {
    sandbox: {
      ...sandboxStorage(parts.sandbox),
      warehouse: () => ({ kind: 'duckdb', file: parts.warehouseFile }),
    },
    'azure-blob': azureBlob(parts.signIn),
    airflow: airflow(),
    'data-factory': dataFactory(parts.signIn),
    'power-bi': powerBi(parts.signIn),
    spark: spark(),
    snowflake,
    databricks,
    kafka,
    'store-api': storeApi,
    sftp,
    openlineage: openLineage(),
    webhook: webhook(),
    teams: teams(),
    slack: slack(),
    email: email(),
  }
}

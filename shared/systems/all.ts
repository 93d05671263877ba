/** The outside systems that Pallet can speak to. A new one has its line here and its implementation in main/hosts/systems.ts. */
import { airflow } from './airflow.ts'
import { azureBlob } from './azureBlob.ts'
import type { SystemRecord } from './record.ts'
import { sandbox } from './sandbox.ts'
import { snowflake } from './snowflake.ts'

const known = [sandbox, azureBlob, airflow, snowflake] as const satisfies readonly SystemRecord[]

export type SystemName = (typeof known)[number]['name']

export const systems: readonly SystemRecord[] = known

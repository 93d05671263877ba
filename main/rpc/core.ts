import type { z } from 'zod'
import type { contract, StartRun } from '../../shared/contract/contract.ts'
import type { Connection, ConnectionTest } from '../../shared/domain/connection.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import type { Dialect } from '../../shared/domain/dialect.ts'
import type { Preview } from '../../shared/domain/preview.ts'
import type { Receipt, Run, RunEvent } from '../../shared/domain/run.ts'
import type { HeldRows, QueryOutput } from '../runs/ports.ts'

type InputOf<Procedure extends { '~orpc': { inputSchema?: unknown } }> =
  NonNullable<Procedure['~orpc']['inputSchema']> extends z.ZodType<infer Output> ? Output : never

export type RunFilter = InputOf<typeof contract.runs.list>
export type DatasetInput = InputOf<typeof contract.datasets.save>
export type ConnectionInput = InputOf<typeof contract.connections.save>
export interface PreviewRequest {
  source: string
  dialect?: Dialect | undefined
  rows: number
}
export interface DeviceCode {
  connection: string
  url: string
  code: string
  message: string
}

/** The use cases, as the hosts see them. Every failure is thrown as a `Problem`. */
export interface Core {
  readonly home: string
  readonly version: string

  openSource(location: string): Promise<{ source: string; name: string; bytes: number | null }>
  announceSource(name: string, bytes: number): { source: string }
  receiveSource(source: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  preview(input: PreviewRequest, signal: AbortSignal): Promise<Preview>

  startRun(input: StartRun): Promise<{ runId: string }>
  listRuns(filter: RunFilter): Run[]
  getRun(runId: string): { run: Run; receipt: Receipt | null }
  runEvents(runId: string): RunEvent[]
  watchRuns(signal: AbortSignal): AsyncIterable<Run>
  rejects(runId: string, offset: number, limit: number): Promise<HeldRows>
  rejectsCsv(runId: string): ReadableStream<Uint8Array>
  pause(runId: string): Promise<void>
  resume(runId: string): Promise<void>
  cancel(runId: string): Promise<void>
  retry(runId: string): Promise<{ runId: string }>
  discard(runId: string): Promise<void>

  listDatasets(): Dataset[]
  saveDataset(dataset: DatasetInput): Dataset
  removeDataset(name: string): void

  listConnections(): Promise<Connection[]>
  saveConnection(input: ConnectionInput): Promise<Connection>
  removeConnection(name: string): Promise<void>
  testConnection(name: string, signal: AbortSignal): Promise<ConnectionTest>
  createContainer(name: string, container: string, signal: AbortSignal): Promise<void>
  deviceCodes(signal: AbortSignal): AsyncIterable<DeviceCode>

  query(sql: string, limit: number, signal: AbortSignal): Promise<QueryOutput>
  close(): Promise<void>
}

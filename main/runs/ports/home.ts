/** Where things lie on this computer. */
export interface HomePaths {
  readonly folder: string
  readonly warehouse: string
  readonly incoming: string
  runFolder(runId: string): string
}

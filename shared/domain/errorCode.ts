/** The code that Node, the operating system or SQLite gave an error (`ENOENT`); '' where there is none. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : ''
}

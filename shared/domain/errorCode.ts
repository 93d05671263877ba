/** The code that Node, the operating system or SQLite gave an error (`ENOENT`); '' where there is none. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : ''
}

/** What is the matter with a file, whoever says so: each room tells it in its own words. */
export type FileTrouble =
  | 'full'
  | 'missing'
  | 'folder'
  | 'forbidden'
  /** Windows: another program holds it. */
  | 'busy'
  /** The disk does not give or take what it should. */
  | 'failing'
  | 'damaged'

const troubles: Readonly<Record<string, FileTrouble>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  SQLITE_FULL: 'full',
  // SQLite's WAL and its index are files of their own, and only the first of these codes means a full disk alone.
  SQLITE_IOERR_SHMSIZE: 'full',
  SQLITE_IOERR_WRITE: 'full',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ENAMETOOLONG: 'missing',
  SQLITE_CANTOPEN: 'missing',
  SQLITE_READONLY_DBMOVED: 'missing',
  EISDIR: 'folder',
  EACCES: 'forbidden',
  EROFS: 'forbidden',
  EBUSY: 'busy',
  EPERM: 'busy',
  EIO: 'failing',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_NOTADB: 'damaged',
}

/** null: the code says nothing of a file. */
export function fileTrouble(code: string): FileTrouble | null {
  const known = troubles[code]
  if (known !== undefined) return known
  if (code.startsWith('SQLITE_IOERR')) return 'failing'
  return code.startsWith('SQLITE_READONLY') ? 'forbidden' : null
}

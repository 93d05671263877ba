/** A file as it lies in a watched folder. */
export interface FolderFile {
  name: string
  bytes: number
  /** Nanoseconds since 1970. */
  modified: string
}

/** What becomes of a delivered file; its marker goes with it. */
export type PutAway = { kind: 'move'; to: string; as: string } | { kind: 'delete' }

export interface Folders {
  /**
   * The ordinary files that lie in a folder itself and whose names are wanted. Problems: `source-missing` and
   * `source-unreadable`, of the folder.
   */
  list(
    folder: string,
    isWanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<FolderFile[]>
  /**
   * Moves a file into a folder, which is made, or deletes it, if it still has the content that was delivered: false where it
   * has another one, or is not there. Problems: `source-unreadable`, `source-locked`.
   */
  putAway(
    file: { path: string; sha256: string; marker: string | null },
    how: PutAway,
    signal: AbortSignal,
  ): Promise<boolean>
}

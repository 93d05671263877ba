import type { ProblemData } from '../domain/problem.ts'

/** A file the person chose, as the window knows it: by an opaque id, never by its path. */
export interface ChosenFile {
  source: string
  name: string
  bytes: number | null
}

/** What became of one of the files that were dropped or chosen together: each has its own answer. */
export type OpenedFile =
  | { ok: true; file: ChosenFile }
  | { ok: false; name: string; problem: ProblemData }

/**
 * What the preload script gives the window in Electron, and nothing more. `FileLike` is
 * the DOM's `File`, which this folder cannot name.
 */
export interface DesktopBridge<FileLike = unknown> {
  /** Asks main for a message port; it arrives as a window `message` whose data is `pallet-port`. */
  connect(): void
  /** One answer per dropped file, in order. */
  filesForDrop(files: readonly FileLike[]): Promise<OpenedFile[]>
  /** The native dialog; empty when the person closed it. */
  chooseFiles(): Promise<OpenedFile[]>
}

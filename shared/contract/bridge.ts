import { z } from 'zod'
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

/** How far a new version of Pallet is. */
export type UpdateState =
  | { state: 'downloading'; version: string; percent: number }
  | { state: 'ready'; version: string }
  | { state: 'failed'; reason: string }

/** What Electron's main process tells the window by itself. */
export type DesktopNews =
  /** Files that were opened with Pallet: in the file manager, by the icon, in the menu. */
  | { kind: 'opened'; files: OpenedFile[] }
  /** A notification of this run was clicked. */
  | { kind: 'run'; runId: string }
  | { kind: 'update'; update: UpdateState }

/** What closing the window does while runs are under way; without any it ends Pallet. */
export const WhenClosed = z.enum(['ask', 'background', 'quit'])
export type WhenClosed = z.infer<typeof WhenClosed>

/** What can be set for the desktop app on this computer. */
export const DesktopSettings = z.object({
  whenClosed: WhenClosed,
  /** Whether the end of a run is told by the system while the window is out of sight. */
  notify: z.boolean(),
  /** null: this Pallet was not installed, so the system cannot start it. */
  startAtLogin: z.boolean().nullable(),
})
export type DesktopSettings = z.infer<typeof DesktopSettings>

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
  /** From now on `listener`, and no other, hears what main has to say; what waited comes at once. */
  listen(listener: (news: DesktopNews) => void): void
  /** Closes Pallet, installs the version that is ready and starts it. */
  restartToUpdate(): Promise<void>
  settings(): Promise<DesktopSettings>
  saveSettings(settings: DesktopSettings): Promise<DesktopSettings>
}

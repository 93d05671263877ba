/** A file the person chose, as the window knows it: by an opaque id, never by its path. */
export interface ChosenFile {
  source: string
  name: string
  bytes: number
}

/**
 * What the preload script gives the window in Electron, and nothing more. `FileLike` is
 * the DOM's `File`, which this folder cannot name.
 */
export interface DesktopBridge<FileLike = unknown> {
  /** Asks main for a message port; it arrives as a window `message` whose data is `pallet-port`. */
  connect(): void
  /** One entry per dropped file, in order; null for a file that has no path on this computer. */
  filesForDrop(files: readonly FileLike[]): Promise<(ChosenFile | null)[]>
  /** The native dialog; empty when the person closed it. */
  chooseFiles(): Promise<ChosenFile[]>
}

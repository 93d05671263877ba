/** Files that a person opens with Pallet: dropped, chosen, or handed over by the system. */
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { App, BrowserWindow, Dialog, OpenDialogOptions } from 'electron'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { ChosenFile, OpenedFile } from '../../shared/contract/bridge.ts'
import type { DroppedFile } from '../../shared/contract/desktop.ts'
import { Problem } from '../../shared/domain/problem.ts'

/** Kinds of files that Pallet offers itself for; electron-builder.yml names the same to the system. */
export const openable = [
  'csv',
  'tsv',
  'txt',
  'xlsx',
  'xls',
  'ods',
  'json',
  'ndjson',
  'jsonl',
  'parquet',
  'zip',
  'gz',
] as const

export interface OpenParts {
  openSource: (path: string) => Promise<ChosenFile>
  /** The native dialog; the chosen paths, none when it was closed. */
  showDialog: (options: OpenDialogOptions) => Promise<string[]>
  /** Adds a path to the system's list of recent documents. */
  remember: (path: string) => void
  log: Logger
}

export class FileOpener {
  readonly #parts: OpenParts
  #lastFolder: string | null = null

  constructor(parts: OpenParts) {
    this.#parts = parts
  }

  /** Each file has its own answer: one that cannot be taken is no reason to refuse the others. */
  async open(files: readonly DroppedFile[]): Promise<OpenedFile[]> {
    const opened: OpenedFile[] = []
    for (const file of files) opened.push(await this.#openOne(file))
    return opened
  }

  /** Paths, as the system hands them over. */
  openPaths(paths: readonly string[]): Promise<OpenedFile[]> {
    return this.open(paths.map((path) => ({ name: basename(path), path })))
  }

  /** By the native dialog; empty when the person closed it. */
  async choose(): Promise<OpenedFile[]> {
    const paths = await this.#parts.showDialog({
      title: 'Choose exports',
      properties: ['openFile', 'multiSelections'],
      filters: [
        { name: 'Exports', extensions: [...openable] },
        { name: 'All files', extensions: ['*'] },
      ],
      // Electron no longer remembers the folder of the last dialog.
      ...(this.#lastFolder === null ? {} : { defaultPath: this.#lastFolder }),
    })
    const [first] = paths
    if (first !== undefined) this.#lastFolder = dirname(first)
    return await this.openPaths(paths)
  }

  async #openOne({ name, path }: DroppedFile): Promise<OpenedFile> {
    try {
      if (path === '') throw placeless(name)
      const file = await this.#parts.openSource(path)
      this.#parts.remember(path)
      return { ok: true, file }
    } catch (thrown) {
      const problem = Problem.from(thrown)
      if (problem.code === 'internal')
        this.#parts.log.error({ err: thrown }, 'a file could not be opened')
      return { ok: false, name, problem: problem.data }
    }
  }
}

function placeless(name: string): Problem {
  return new Problem({
    code: 'source-missing',
    what: `“${name}” has no place on this computer, perhaps because it lies in a mail or an archive.`,
    did: 'Pallet left it out.',
    advice: 'Save it first, then drop it here.',
  })
}

/** Electron's own dialog, over the window where there is one. */
export function openDialog(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  windows: Pick<typeof BrowserWindow, 'getFocusedWindow' | 'getAllWindows'>,
): OpenParts['showDialog'] {
  return async (options) => {
    const window = windows.getFocusedWindow() ?? windows.getAllWindows()[0]
    const chosen = await (window === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options))
    return chosen.filePaths
  }
}

/** What a start of Pallet was told: its command line, and where that was typed. */
export const Start = z.object({ argv: z.array(z.string()), cwd: z.string() })
export type Start = z.infer<typeof Start>

/**
 * The files of a command line: what is neither the program, nor a switch, nor, in a checkout, the
 * folder of the app. Absolute; `file:` addresses (Linux desktops) become paths.
 */
export function filesOf({ argv, cwd }: Start, appPath: string): string[] {
  return argv
    .slice(1)
    .filter((argument) => argument !== '' && !argument.startsWith('-'))
    .map((argument) => pathOf(argument, cwd))
    .filter((path) => path !== null && path !== resolve(appPath))
    .filter((path) => path !== null)
}

function pathOf(argument: string, cwd: string): string | null {
  if (!argument.startsWith('file:')) return resolve(cwd, argument)
  try {
    return fileURLToPath(argument)
  } catch {
    return null
  }
}

/**
 * Collects what the system hands over until `take` is called, which may be long before the app is
 * ready (macOS). From then on every file goes to `take` at once.
 */
export function openWith(
  app: Pick<App, 'on'>,
  first: readonly string[],
): { onFiles: (take: (paths: readonly string[]) => void) => void } {
  let taker: ((paths: readonly string[]) => void) | null = null
  const waiting = [...first]
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (taker === null) waiting.push(path)
    else taker([path])
  })
  return {
    onFiles: (take) => {
      taker = take
      if (waiting.length > 0) take(waiting.splice(0))
    },
  }
}

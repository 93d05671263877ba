import { basename } from 'node:path'
import { sandboxName } from '../../../shared/domain/connection.ts'
import type { UploadLimit } from '../../../shared/domain/limit.ts'
import { defaultContainer, refuseName, wrongBlob } from '../../../shared/domain/datasets/names.ts'
import { ProgressMeter } from '../../../shared/domain/runs/progress.ts'
import type { Progress } from '../../../shared/domain/runs/run.ts'
import type { BlobPlace, Connections } from '../connections/connections.ts'
import type { UploadInput, UploadOutput, UploadPlan, UploadReport } from '../ports/uploading.ts'
import { newRunId } from '../runId.ts'
import type { Errand, Uploader } from './uploader.ts'
import { progressOfUpload } from './uploading.ts'

/** A file and the blob it shall become. */
export interface FileToBlob {
  /** Absolute path. */
  file: string
  connection?: string | undefined
  container?: string | undefined
  /** Absent: the file's own name. */
  blob?: string | undefined
  ifExists?: UploadInput['ifExists']
  /** Whether unfinished blocks of another program under that name are dropped. */
  clearUnfinished?: boolean | undefined
}
export interface UploadFileInput extends FileToBlob {
  wholeMd5?: boolean | undefined
  /** Absent: as this home is set. */
  limit?: UploadLimit | undefined
}
export interface UploadFileControl {
  signal: AbortSignal
  report: (progress: Progress) => void
}
export type UploadedFile = UploadOutput & BlobPlace
export type PlannedFile = UploadPlan & BlobPlace

export interface UploadsParts {
  connections: Connections
  uploader: Uploader
  now: () => Date
}

/** The upload engine alone: one file, byte for byte, not read and not cleaned. */
export class Uploads {
  readonly #parts: UploadsParts

  constructor(parts: UploadsParts) {
    this.#parts = parts
  }

  /** Cut off and told again, it sends only what the storage does not have yet. */
  async send(
    input: UploadFileInput,
    control: UploadFileControl & { warn: (message: string) => void },
  ): Promise<UploadedFile> {
    const { place, errand } = await this.#way(input, control.signal)
    const { sent: _, ...output } = await this.#parts.uploader.send(
      {
        ...errand,
        input: {
          ...errand.input,
          contentType: /\.(csv|tsv|txt)$/i.test(input.file)
            ? 'text/csv; charset=utf-8'
            : 'application/octet-stream',
          runId: newRunId(this.#parts.now()),
          wholeMd5: input.wholeMd5 ?? false,
        },
        limit: input.limit,
        warn: control.warn,
      },
      this.#control(control),
    )
    return { ...place, ...output }
  }

  /** What `send` would send of the file, and why. Changes nothing. */
  async plan(input: FileToBlob, control: UploadFileControl): Promise<PlannedFile> {
    const { place, errand } = await this.#way(input, control.signal)
    const planned = await this.#parts.uploader.plan(errand, this.#control(control))
    return { ...place, ...planned }
  }

  /** Where a file goes, and how. */
  async #way(
    input: FileToBlob,
    signal: AbortSignal,
  ): Promise<{ place: BlobPlace; errand: Errand }> {
    const { connections } = this.#parts
    const { file, ifExists } = input
    const connection = input.connection ?? connections.fallback
    const container = input.container ?? connections.containerOf(connection) ?? defaultContainer
    const blob = input.blob ?? basename(file)
    refuseName(wrongBlob({ container, name: blob }))
    return {
      place: { connection, container, blob },
      errand: {
        connection,
        account: await connections.account(connection, signal),
        run: null,
        input: {
          container,
          blob,
          file,
          missingContainer: connection === sandboxName ? 'create' : 'refuse',
          foreignBlocks: input.clearUnfinished === true ? 'clear' : 'refuse',
          ...(ifExists === undefined ? {} : { ifExists }),
        },
      },
    }
  }

  #control(control: UploadFileControl) {
    const meter = new ProgressMeter()
    return {
      signal: control.signal,
      report: (report: UploadReport) =>
        control.report(meter.take(progressOfUpload(report), performance.now())),
    }
  }
}

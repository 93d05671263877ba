import { createHash } from 'node:crypto'
import { z } from 'zod'
import type {
  JournalRepository,
  PlacedBlock,
  UploadJournal,
  UploadKey,
} from '../runs/ports/uploading.ts'
import type { Db } from './database.ts'

const UploadRow = z.object({
  id: z.number(),
  identity: z.string(),
  commits_as: z.string().nullable(),
  etag: z.string().nullable(),
  blocks_sent: z.number(),
  bytes_sent: z.number(),
})
const BatchRow = z.object({
  offsets: z.instanceof(Buffer),
  ids: z.string(),
  md5: z.instanceof(Buffer),
})

const offsetBytes = Float64Array.BYTES_PER_ELEMENT

/** Uploads that belong to no run are remembered up to this number. */
const mostWithoutRun = 100

/** What uploads have brought where. */
export class JournalStore implements JournalRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  get(key: UploadKey): UploadJournal | null {
    const upload = this.#find(key)
    if (upload === null) return null
    const batches = this.#db
      .prepare('SELECT offsets, ids, md5 FROM upload_batch WHERE upload_id = ? ORDER BY seq')
      .all(upload.id)
      .map((row) => BatchRow.parse(row))
    for (const { offsets, ids, md5 } of batches)
      if (!checksum(upload.identity, offsets, ids).equals(md5)) return null
    // Copied, because the bytes of a Buffer need not begin where a float may.
    const offsets = new Uint8Array(Buffer.concat(batches.map((batch) => batch.offsets)))
    return {
      identity: upload.identity,
      seen: upload.commits_as === null ? null : { etag: upload.etag, runId: upload.commits_as },
      offsets: new Float64Array(offsets.buffer),
      ids: batches.map((batch) => batch.ids).join(''),
    }
  }

  begin(key: UploadKey, planned: Pick<UploadJournal, 'identity' | 'seen'>, at: string): void {
    const { identity, seen } = planned
    this.#db.transaction(() => {
      const known = this.get(key)
      if (known?.identity !== identity)
        this.#db
          .prepare(
            `DELETE FROM upload_batch WHERE upload_id IN
                 (SELECT id FROM upload WHERE file = ? AND target = ?)`,
          )
          .run(key.file, key.target)
      this.#db
        .prepare(
          `INSERT INTO upload (file, target, run_id, identity, commits_as, etag, begun_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (file, target) DO UPDATE SET
               run_id = excluded.run_id, identity = excluded.identity,
               commits_as = excluded.commits_as, etag = excluded.etag, begun_at = excluded.begun_at,
               blocks_sent = iif(commits_as IS NULL, 0, blocks_sent),
               bytes_sent = iif(commits_as IS NULL, 0, bytes_sent)`,
        )
        .run(key.file, key.target, key.runId, identity, seen?.runId ?? null, seen?.etag ?? null, at)
      this.#db
        .prepare(
          `DELETE FROM upload WHERE id IN (
               SELECT id FROM upload WHERE run_id IS NULL ORDER BY begun_at DESC, id DESC
               LIMIT -1 OFFSET ?)`,
        )
        .run(mostWithoutRun)
    })()
  }

  add(
    key: UploadKey,
    blocks: readonly PlacedBlock[],
    sent: { blocks: number; bytes: number },
  ): void {
    const places = Float64Array.from(blocks, ({ offset }) => offset)
    const offsets = Buffer.from(places.buffer, 0, blocks.length * offsetBytes)
    const ids = blocks.map(({ id }) => id).join('')
    this.#db.transaction(() => {
      const upload = this.#find(key)
      if (upload === null) return
      this.#db
        .prepare(
          `INSERT INTO upload_batch (upload_id, seq, offsets, ids, md5)
             SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ? FROM upload_batch WHERE upload_id = ?`,
        )
        .run(upload.id, offsets, ids, checksum(upload.identity, offsets, ids), upload.id)
      this.#db
        .prepare(
          'UPDATE upload SET blocks_sent = blocks_sent + ?, bytes_sent = bytes_sent + ? WHERE id = ?',
        )
        .run(sent.blocks, sent.bytes, upload.id)
    })()
  }

  sent(key: UploadKey): { blocks: number; bytes: number } {
    const upload = this.#find(key)
    if (upload === null || upload.commits_as === null) return { blocks: 0, bytes: 0 }
    return { blocks: upload.blocks_sent, bytes: upload.bytes_sent }
  }

  end(key: UploadKey): void {
    this.#db
      .prepare('UPDATE upload SET commits_as = NULL, etag = NULL WHERE file = ? AND target = ?')
      .run(key.file, key.target)
  }

  removeOf(runId: string): void {
    this.#db.prepare('DELETE FROM upload WHERE run_id = ?').run(runId)
  }

  #find(key: UploadKey): z.infer<typeof UploadRow> | null {
    const row = this.#db
      .prepare('SELECT * FROM upload WHERE file = ? AND target = ?')
      .get(key.file, key.target)
    return row === undefined ? null : UploadRow.parse(row)
  }
}

function checksum(identity: string, offsets: Buffer, ids: string): Buffer {
  return createHash('md5').update(identity).update(offsets).update(ids).digest()
}

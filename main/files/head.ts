import { open } from 'node:fs/promises'

/** The first bytes of a file, by which kinds of files are known; zeros behind a shorter one. Throws what the file system does. */
export async function headOf(path: string, bytes: number): Promise<Buffer> {
  const head = Buffer.alloc(bytes)
  const file = await open(path, 'r')
  try {
    await file.read(head, 0, bytes, 0)
  } finally {
    await file.close()
  }
  return head
}

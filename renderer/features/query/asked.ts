/** What was asked in this window, newest first; kept in the browser of this computer. */
import { z } from 'zod'
import { createStore } from '../../core/store.ts'

const Asked = z.array(z.object({ sql: z.string().max(100_000) }))
const key = 'pallet-asked'
const most = 20

export const asked = createStore<z.infer<typeof Asked>>(stored())

function stored(): z.infer<typeof Asked> {
  try {
    return Asked.parse(JSON.parse(localStorage.getItem(key) ?? '[]'))
  } catch {
    return []
  }
}

export function remember(sql: string): void {
  const all = [{ sql }, ...asked.get().filter((one) => one.sql !== sql)].slice(0, most)
  asked.set(all)
  try {
    localStorage.setItem(key, JSON.stringify(all))
  } catch {
    // A full or forbidden store costs the memory of it, nothing else.
  }
}

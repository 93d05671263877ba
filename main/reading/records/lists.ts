/** Lists of objects in a JSON document: which of them could be the table. */

export interface List {
  /** The names of the objects that it stands in, from the outside. */
  path: string[]
  /** Behind its opening bracket: in bytes, and on which line. */
  offset: number
  line: number
  /** Objects in it, as far as it was looked. */
  objects: number
}

export interface Document {
  lists: List[]
  /** The names of the outermost object, as far as it was looked; none of another document. */
  names: string[]
}

/** Where the records of another list begin is no place to look for names. */
interface Bracket {
  isObject: boolean
  /** Of an object: the name whose value is read. */
  name: string | null
  /** Of a list that stands in objects alone. */
  list: List | null
}

/** Looks through the beginning of a document, which may end anywhere. Never throws. */
export function listsIn(head: Buffer): Document {
  // One character a byte, so that places are offsets.
  const text = head.toString('latin1')
  const lists: List[] = []
  const names: string[] = []
  const open: Bracket[] = []
  let isName = false
  let line = 1
  for (let at = 0; at < text.length; at += 1) {
    const inside = open.at(-1)
    switch (text.charAt(at)) {
      case '"': {
        const start = at + 1
        for (at = start; at < text.length && text[at] !== '"'; at += 1)
          if (text[at] === '\\') at += 1
        if (inside === undefined || !isName) break
        inside.name = nameIn(head.subarray(start - 1, at + 1))
        if (open.length === 1) names.push(inside.name)
        isName = false
        break
      }
      case '{':
        if (inside?.list) inside.list.objects += 1
        open.push({ isObject: true, name: null, list: null })
        isName = true
        break
      case '[': {
        const path = open.flatMap(({ name }) => name ?? [])
        const isReachable = open.every(({ isObject }) => isObject)
        const list = isReachable ? { path, offset: at + 1, line, objects: 0 } : null
        if (list !== null) lists.push(list)
        open.push({ isObject: false, name: null, list })
        isName = false
        break
      }
      case '}':
      case ']':
        open.pop()
        isName = false
        break
      case ',':
        isName = inside?.isObject === true
        break
      case '\n':
        line += 1
        break
    }
  }
  return { lists, names }
}

function nameIn(quoted: Buffer): string {
  try {
    return String(JSON.parse(quoted.toString('utf8')))
  } catch {
    return quoted.toString('utf8', 1, quoted.length - 1)
  }
}

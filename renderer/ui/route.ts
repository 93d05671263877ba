import { type Board, boards } from '../../shared/domain/warehouse/insights.ts'

/** Where the window is. The address after `#` is the only place this is kept. */
export type Route =
  | { page: 'today' }
  | { page: 'send' }
  | { page: 'runs' }
  | { page: 'run'; runId: string }
  | { page: 'datasets' }
  | { page: 'dataset'; name: string }
  | { page: 'compare'; name: string; version: number | null }
  | { page: 'streams'; connection: string | null; topic: string | null }
  | { page: 'insights'; board: Board }
  | { page: 'query'; sql: string | null }
  | { page: 'connections'; open: string | null }
  | { page: 'settings'; log: boolean }

/** Reads `#/runs/abc`; anything unknown is the home page. */
export function parseRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#?\/?/, '').split('/')
  const tail = decode(rest.join('/'))
  switch (page) {
    case 'today':
      return { page: 'today' }
    case 'runs':
      return tail === '' ? { page: 'runs' } : { page: 'run', runId: tail }
    case 'datasets':
      return tail === '' ? { page: 'datasets' } : { page: 'dataset', name: tail }
    case 'compare': {
      const [name = '', version = ''] = rest.map(decode)
      return {
        page: 'compare',
        name,
        version: /^[1-9]\d{0,5}$/.test(version) ? Number(version) : null,
      }
    }
    case 'streams': {
      const [connection = '', topic = ''] = rest.map(decode)
      return {
        page: 'streams',
        connection: connection === '' ? null : connection,
        topic: topic === '' ? null : topic,
      }
    }
    case 'insights':
      return { page: 'insights', board: boards.find((name) => name === tail) ?? 'sales' }
    case 'query':
      return { page: 'query', sql: tail === '' ? null : tail }
    case 'connections':
      return { page: 'connections', open: tail === '' ? null : tail }
    case 'settings':
      return { page: 'settings', log: tail === 'log' }
    default:
      return { page: 'send' }
  }
}

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'today':
      return '#/today'
    case 'send':
      return '#/send'
    case 'runs':
      return '#/runs'
    case 'run':
      return `#/runs/${encodeURIComponent(route.runId)}`
    case 'datasets':
      return '#/datasets'
    case 'dataset':
      return `#/datasets/${encodeURIComponent(route.name)}`
    case 'compare': {
      const name = encodeURIComponent(route.name)
      return route.version === null ? `#/compare/${name}` : `#/compare/${name}/${route.version}`
    }
    case 'streams':
      return ['#/streams', route.connection, route.topic]
        .flatMap((part, nth) =>
          part === null ? [] : [nth === 0 ? part : encodeURIComponent(part)],
        )
        .join('/')
    case 'insights':
      return `#/insights/${route.board}`
    case 'query':
      return route.sql === null ? '#/query' : `#/query/${encodeURIComponent(route.sql)}`
    case 'connections':
      return route.open === null
        ? '#/connections'
        : `#/connections/${encodeURIComponent(route.open)}`
    case 'settings':
      return route.log ? '#/settings/log' : '#/settings'
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

import { CalendarToday20Regular } from '@fluentui/react-icons/svg/calendar-today'
import { DataTrending20Regular } from '@fluentui/react-icons/svg/data-trending'
import { DatabaseSearch20Regular } from '@fluentui/react-icons/svg/database-search'
import { DocumentTable20Regular } from '@fluentui/react-icons/svg/document-table'
import { History20Regular } from '@fluentui/react-icons/svg/history'
import { PlugConnected20Regular } from '@fluentui/react-icons/svg/plug-connected'
import { Send20Regular } from '@fluentui/react-icons/svg/send'
import { Settings20Regular } from '@fluentui/react-icons/svg/settings'
import { Stream20Regular } from '@fluentui/react-icons/svg/stream'
import type { ReactElement } from 'react'
import type { Guarded } from '../../shared/contract/roles.ts'
import { useRights } from '../core/may.ts'
import type { Route } from '../ui/route.ts'

interface Place {
  route: Route
  label: string
  icon: ReactElement
  pages: Route['page'][]
  /** The call that the page is for: whoever may not make it is not led there. */
  isFor?: Guarded
  /** With Alt it leads there, for everybody the same. */
  key: string
}

/** The pages that the rail leads to, for whom they are of use. Before it is known who that is, all. */
export function usePlaces(): Place[] {
  const may = useRights()
  return places.filter(({ isFor }) => isFor === undefined || may === null || may(isFor))
}

const places: Place[] = (
  [
    {
      route: { page: 'today' },
      label: 'Today',
      icon: <CalendarToday20Regular />,
      pages: ['today'],
    },
    { route: { page: 'send' }, label: 'Send', icon: <Send20Regular />, pages: ['send'] },
    { route: { page: 'runs' }, label: 'Runs', icon: <History20Regular />, pages: ['runs', 'run'] },
    {
      route: { page: 'datasets' },
      label: 'Datasets',
      icon: <DocumentTable20Regular />,
      pages: ['datasets', 'dataset', 'compare'],
    },
    {
      route: { page: 'streams', connection: null, topic: null },
      label: 'Streams',
      icon: <Stream20Regular />,
      pages: ['streams'],
    },
    {
      route: { page: 'insights', board: 'sales' },
      label: 'Insights',
      icon: <DataTrending20Regular />,
      pages: ['insights'],
    },
    {
      route: { page: 'query', sql: null },
      label: 'Query',
      icon: <DatabaseSearch20Regular />,
      pages: ['query'],
      isFor: 'warehouse.query',
    },
    {
      route: { page: 'connections', open: null },
      label: 'Connections',
      icon: <PlugConnected20Regular />,
      pages: ['connections'],
      isFor: 'connections.save',
    },
    {
      route: { page: 'settings', log: false },
      label: 'Settings',
      icon: <Settings20Regular />,
      pages: ['settings'],
      isFor: 'settings.save',
    },
  ] satisfies Omit<Place, 'key'>[]
).map((place, index) => ({ ...place, key: String(index + 1) }))

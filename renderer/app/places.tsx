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
import type { Route } from '../ui/route.ts'

/** The pages that the rail leads to. */
export const places: { route: Route; label: string; icon: ReactElement; pages: Route['page'][] }[] =
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
    },
    {
      route: { page: 'connections', open: null },
      label: 'Connections',
      icon: <PlugConnected20Regular />,
      pages: ['connections'],
    },
    {
      route: { page: 'settings', log: false },
      label: 'Settings',
      icon: <Settings20Regular />,
      pages: ['settings'],
    },
  ]

import { DocumentTable20Regular } from '@fluentui/react-icons/svg/document-table'
import { History20Regular } from '@fluentui/react-icons/svg/history'
import { PlugConnected20Regular } from '@fluentui/react-icons/svg/plug-connected'
import { Send20Regular } from '@fluentui/react-icons/svg/send'
import { Settings20Regular } from '@fluentui/react-icons/svg/settings'
import type { ReactElement } from 'react'
import icon from '../icon.svg'
import styles from './Rail.module.css'
import { hrefOf, type Route } from '../ui/route.ts'

const places: { route: Route; label: string; icon: ReactElement; pages: Route['page'][] }[] = [
  { route: { page: 'send' }, label: 'Send', icon: <Send20Regular />, pages: ['send'] },
  { route: { page: 'runs' }, label: 'Runs', icon: <History20Regular />, pages: ['runs', 'run'] },
  {
    route: { page: 'datasets' },
    label: 'Datasets',
    icon: <DocumentTable20Regular />,
    pages: ['datasets'],
  },
  {
    route: { page: 'connections', open: null },
    label: 'Connections',
    icon: <PlugConnected20Regular />,
    pages: ['connections'],
  },
  {
    route: { page: 'settings' },
    label: 'Settings',
    icon: <Settings20Regular />,
    pages: ['settings'],
  },
]

export function Rail({ route }: { route: Route }) {
  return (
    <nav className={styles.rail} aria-label="Pages">
      <div className={styles.brand}>
        <img src={icon} alt="" width={28} height={28} />
        <span>Pallet</span>
      </div>
      {places.map((place) => {
        const here = place.pages.includes(route.page)
        return (
          <a
            key={place.label}
            href={hrefOf(place.route)}
            className={here ? styles.here : styles.place}
            aria-current={here ? 'page' : undefined}
          >
            {place.icon}
            <span>{place.label}</span>
          </a>
        )
      })}
    </nav>
  )
}

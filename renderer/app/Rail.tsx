import icon from '../icon.svg'
import { hrefOf, type Route } from '../ui/route.ts'
import { usePlaces } from './places.tsx'
import styles from './Rail.module.css'

export function Rail({ route }: { route: Route }) {
  const places = usePlaces()
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

import { plural } from '../../../shared/domain/sizes.ts'
import tables from '../../ui/tables.module.css'
import styles from './FetchedLists.module.css'

interface Page {
  records: readonly string[]
  newOnPage: number
  isLast: boolean
  total: number | null
}

const shownColumns = 12

/** The first page of a list, of which nothing is kept. */
export function FirstPage({ page: { records, newOnPage, isLast, total } }: { page: Page }) {
  const objects = records.map((record) => JSON.parse(record) as unknown).filter(isObject)
  const names = [...new Set(objects.flatMap((one) => Object.keys(one)))]
  const shown = names.slice(0, shownColumns)
  const inAll = total === null ? '' : `, ${plural(total, 'record')} in all`
  return (
    <>
      <output className={styles.quiet}>
        {records.length === 0
          ? 'The list has no records now.'
          : `${plural(newOnPage, 'record')} on the first page, ${isLast ? 'which is the only one' : 'and there are more'}${inAll}. Nothing was kept.`}
        {names.length > shown.length &&
          ` ${plural(names.length - shown.length, 'more column')} ${names.length - shown.length === 1 ? 'is' : 'are'} not shown.`}
      </output>
      {objects.length > 0 && (
        // What scrolls must be reachable with the keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <section className={tables.cells} tabIndex={0} aria-label="The first page">
          <table>
            <thead>
              <tr>
                {shown.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {objects.slice(0, 8).map((one, nth) => (
                <tr key={nth}>
                  {shown.map((name) => (
                    <td key={name}>{textOf(one[name])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

import tables from '../../ui/tables.module.css'
import styles from './Streams.module.css'

/** Numbers of each partition of a topic, side by side. */
export function PartitionTable({
  label,
  titles,
  rows,
}: {
  label: string
  /** Of the columns behind that of the partition. */
  titles: readonly string[]
  rows: readonly { partition: number; cells: readonly string[] }[]
}) {
  return (
    <div className={styles.wide}>
      <table className={`${tables.rows} ${styles.table}`} aria-label={label}>
        <thead>
          <tr>
            {['Partition', ...titles].map((title) => (
              <th key={title} scope="col" className={tables.number}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ partition, cells }) => (
            <tr key={partition}>
              <th scope="row" className={tables.number}>
                {partition}
              </th>
              {titles.map((title, nth) => (
                <td key={title} className={tables.number}>
                  {cells[nth]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

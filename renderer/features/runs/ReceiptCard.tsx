import { CheckmarkCircle20Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import { Warning20Filled } from '@fluentui/react-icons/svg/warning'
import type { ReactNode } from 'react'
import { sandboxName } from '../../../shared/domain/connection.ts'
import { droppedAs } from '../../../shared/domain/dataset.ts'
import { countedRows, imbalance, isLeftOut, type Receipt } from '../../../shared/domain/run.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../../../shared/domain/sizes.ts'
import { stepWords } from './progressText.ts'
import styles from './ReceiptCard.module.css'

/** The account of a finished run. */
export function ReceiptCard({ receipt }: { receipt: Receipt }) {
  const { rows, upload, load, told, droppedBy, steps } = receipt
  const missing = imbalance(countedRows(receipt))
  const known = rows.in !== null
  if (!known && upload === null && load === null) return null
  return (
    <section className={styles.card} aria-label="Receipt">
      <h2 className={styles.heading}>Receipt</h2>
      {known && (
        <p className={styles.equation} data-testid="account">
          {missing === null ? (
            <CheckmarkCircle20Filled className={styles.good ?? ''} aria-hidden />
          ) : (
            <Warning20Filled className={styles.open ?? ''} aria-hidden />
          )}
          <span>{equation(rows)}</span>
        </p>
      )}
      <p className={styles.loaded} data-testid="loaded">
        {load === null
          ? isLeftOut(steps, 'load')
            ? 'No table was asked for: the rows are in the blob.'
            : 'Nothing was loaded into the table.'
          : `${plural(load.rows, 'row')} in table ${load.table}`}
        {load !== null && load.tableRows !== load.rows && (
          <span className={styles.aside}> · the table now has {plural(load.tableRows, 'row')}</span>
        )}
      </p>
      {known && missing !== null && receipt.state === 'succeeded' && (
        <p className={styles.aside}>The account does not balance: {missing}.</p>
      )}
      <dl className={styles.facts}>
        {upload !== null && (
          <>
            <Fact term="Blob">
              {upload.connection} · {upload.container}/{upload.blob}
            </Fact>
            <Fact term="Size">{formatBytes(upload.bytes)}</Fact>
            <Fact term="Blocks sent">
              {formatCount(upload.blocksSent)} of {formatCount(upload.blocks)}
              {upload.blocksSent < upload.blocks &&
                ` (${formatBytes(upload.bytesSent)}; the others were there already)`}
            </Fact>
          </>
        )}
        {isLeftOut(steps, 'upload') && <Fact term="Blob">none was asked for</Fact>}
        {load !== null && (
          <Fact term="Warehouse">
            {load.connection === sandboxName ? (
              <span title={load.warehouse}>on this computer</span>
            ) : (
              load.connection
            )}
          </Fact>
        )}
        {told.map(({ connection, name, done }) => (
          <Fact key={connection} term="Told">
            {connection}, as {name}
            {done ? ', which has finished' : ''}
          </Fact>
        ))}
        {droppedBy
          .filter((drop) => drop.rows > 0)
          .map((drop) => (
            <Fact key={drop.step ?? drop.rule} term={`Dropped ${droppedAs(drop.rule)}`}>
              {plural(drop.rows, 'row')}
            </Fact>
          ))}
        <Fact term="Time">
          {steps
            .filter(({ ms, state }) => ms !== null && state !== 'skipped')
            .map(({ name, ms }) => `${stepWords[name].title} ${formatDuration(ms ?? 0)}`)
            .join(' · ')}
        </Fact>
        {receipt.source.sha256 !== null && (
          <Fact term="SHA-256">
            <code className={styles.hash}>{receipt.source.sha256}</code>
          </Fact>
        )}
      </dl>
    </section>
  )
}

/** `10,494 in = 10,482 clean + 12 held back + 0 dropped`; a number that is not known yet is a `?`. */
export function equation(rows: Receipt['rows']): string {
  const say = (count: number | null) => (count === null ? '?' : formatCount(count))
  return `${say(rows.in)} in = ${say(rows.clean)} clean + ${say(rows.quarantined)} held back + ${say(rows.dropped)} dropped`
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

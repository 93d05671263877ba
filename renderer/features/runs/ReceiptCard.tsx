import { CheckmarkCircle20Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import { Warning20Filled } from '@fluentui/react-icons/svg/warning'
import { Link } from '@fluentui/react-components'
import { accountOf, accountWords, cameHome } from '../../../shared/domain/fixing/fixing.ts'
import { thenWords } from '../../../shared/domain/recipe/lookUp.ts'
import { droppedAs } from '../../../shared/domain/recipe/recipe.ts'
import { questionSentence, skippedFor } from '../../../shared/domain/runs/decision.ts'
import {
  countedRows,
  imbalance,
  isLeftOut,
  toldWords,
  type Receipt,
} from '../../../shared/domain/runs/run.ts'
import { brokenWords } from '../../../shared/domain/rules/ruleWords.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatWhen } from '../../ui/times.ts'
import styles from './ReceiptCard.module.css'

/** The account of a finished run. */
export function ReceiptCard({ receipt }: { receipt: Receipt }) {
  const { rows, upload, load, published, droppedBy, steps } = receipt
  const skipped = skippedFor(receipt.answered)
  const account = accountOf(receipt)
  const isLater = receipt.attempts.length + receipt.droppedByHand.length > 0
  const missing = imbalance(countedRows(receipt))
  const known = rows.in !== null
  const stands = receipt.undoneAt === null && receipt.correctedBy === null
  if (!known && upload === null && load === null && skipped === null) return null
  return (
    <section className={styles.card} aria-label="Receipt">
      <h2 className={styles.heading}>Receipt</h2>
      {known && skipped === null && (
        <p className={styles.equation} data-testid="account">
          {!stands ? null : missing === null && account.quarantined === 0 ? (
            <CheckmarkCircle20Filled className={styles.good ?? ''} aria-hidden />
          ) : (
            <Warning20Filled className={styles.open ?? ''} aria-hidden />
          )}
          <span>{accountWords(account)}</span>
        </p>
      )}
      <p className={styles.loaded} data-testid="loaded">
        {skipped !== null
          ? `Nothing was loaded. ${questionSentence(skipped)}`
          : published !== undefined
            ? `${plural(published.rows, 'message')} in topic ${published.topic} at ${published.connection}: ${partitionWords(published)}`
            : load === null
              ? isLeftOut(steps, 'load')
                ? 'No table was asked for: the rows are in the blob.'
                : 'Nothing was loaded into the table.'
              : stands
                ? `${plural(load.rows, 'row')} in table ${load.table}`
                : `${plural(load.rows, 'row')} went into table ${load.table}, and out again`}
        {stands && load !== null && load.tableRows !== load.rows && (
          <span className={styles.aside}> · the table now has {plural(load.tableRows, 'row')}</span>
        )}
      </p>
      {load !== null && placeTaken(load) !== null && (
        <p className={styles.aside}>{placeTaken(load)}</p>
      )}
      {droppedBy
        .filter((drop) => drop.rows > 0)
        .map((drop) => (
          <p key={drop.step ?? drop.rule} className={styles.aside}>
            Dropped {droppedAs(drop, droppedBy)}: {plural(drop.rows, 'row')}.
          </p>
        ))}
      {receipt.told
        .filter(({ failed }) => failed === undefined)
        .map((told) => (
          <p key={`${told.connection} ${told.name}`} className={styles.aside}>
            Told: {toldWords(told)}.
          </p>
        ))}
      {receipt.personal !== undefined && (
        <p className={styles.aside}>Where it was sent, {receipt.personal}.</p>
      )}
      {receipt.lookedUp.map((then) => (
        <p key={then.dataset} className={styles.aside}>
          Looked up in {thenWords(then)}.
        </p>
      ))}
      <div className={styles.look}>
        <PleaseLook
          at={[
            ...receipt.warnings.map(brokenWords),
            ...receipt.drift.map((change) => `Not as before: ${change}`),
          ]}
        />
      </div>
      {isLater && (
        <ul className={styles.attempts} aria-label="Attempts">
          <li>At first: {accountWords(rows)}.</li>
          {receipt.attempts.map(({ runId, at, rows: sent }) => (
            <li key={runId}>
              {formatWhen(at)}, by{' '}
              <Link inline href={hrefOf({ page: 'run', runId })}>
                run {runId}
              </Link>
              : {plural(cameHome(sent), 'held-back row')} delivered
              {(sent.quarantined ?? 0) > 0 &&
                `, ${formatCount(sent.quarantined ?? 0)} held back again`}
              {(sent.dropped ?? 0) > 0 && `, ${formatCount(sent.dropped ?? 0)} dropped by a rule`}.
            </li>
          ))}
          {receipt.droppedByHand.map(({ reason, rows: dropped }) => (
            <li key={reason}>
              Dropped by a person: {plural(dropped, 'row')}, because: {reason}.
            </li>
          ))}
        </ul>
      )}
      {receipt.emptiedAt !== undefined && (
        <p className={styles.aside}>
          What was held back was removed {formatWhen(receipt.emptiedAt)}, as is set under Settings.
        </p>
      )}
      {receipt.completes !== null && (
        <p className={styles.aside}>
          Its rows had been held back by{' '}
          <Link inline href={hrefOf({ page: 'run', runId: receipt.completes })}>
            run {receipt.completes}
          </Link>
          , and belong to its delivery.
        </p>
      )}
      {receipt.correctedBy !== null && (
        <p className={styles.aside}>
          Corrected by{' '}
          <Link inline href={hrefOf({ page: 'run', runId: receipt.correctedBy })}>
            run {receipt.correctedBy}
          </Link>
          , whose rows took their place.
        </p>
      )}
      {receipt.undoneAt !== null && (
        <p className={styles.aside}>
          Undone {formatWhen(receipt.undoneAt)}: its rows are out of the table again.
        </p>
      )}
      {known && skipped === null && missing !== null && receipt.state === 'succeeded' && (
        <p className={styles.aside}>The account does not balance: {missing}.</p>
      )}
    </section>
  )
}

/** What went out for the rows that came in; null: nothing did. */
function placeTaken({ corrects, removed, rows }: NonNullable<Receipt['load']>): string | null {
  const out = removed === null ? 'what was there' : plural(removed, 'row')
  if (corrects !== null)
    return `It took the place of run ${corrects}: ${out} out, ${plural(rows, 'row')} in.`
  return removed === 0 ? null : `It took the place of ${out}.`
}

/** Where in the topic its messages lie. */
const partitionWords = ({ partitions }: NonNullable<Receipt['published']>): string =>
  partitions
    .filter(({ messages }) => messages > 0)
    .map(
      ({ partition, from, to, messages }) =>
        `${formatCount(messages)} in partition ${partition}, offsets ${formatCount(from)} to ${formatCount(to - 1)}`,
    )
    .join('; ')

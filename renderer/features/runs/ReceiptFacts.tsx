import type { ReactNode } from 'react'
import { elsewhereNames } from '../../../shared/domain/recipe/cleanOn.ts'
import { sandboxName } from '../../../shared/domain/connection.ts'
import { skippedFor } from '../../../shared/domain/runs/decision.ts'
import { blobWords, isLeftOut, toldWords, type Receipt } from '../../../shared/domain/runs/run.ts'
import { formatBytes, formatCount } from '../../../shared/domain/sizes.ts'
import { hrefOf } from '../../ui/route.ts'
import { formatWhen } from '../../ui/times.ts'
import styles from './ReceiptFacts.module.css'

/** Where the rows are and how they got there, for those who look after the systems. */
export function ReceiptFacts({ receipt }: { receipt: Receipt }) {
  const { upload, load, told, steps } = receipt
  return (
    <dl className={styles.facts}>
      {upload !== null && (
        <>
          <Fact term="Blob">
            {upload.connection} · {blobWords(upload, receipt.blobNow, formatWhen)}
          </Fact>
          <Fact term="Size">{formatBytes(upload.bytes)}</Fact>
          <Fact term="Blocks sent">
            {formatCount(upload.blocksSent)} of {formatCount(upload.blocks)}
            {upload.blocksSent < upload.blocks &&
              ` (${formatBytes(upload.bytesSent)}; the others were there already)`}
          </Fact>
        </>
      )}
      {skippedFor(receipt.answered) === null && isLeftOut(steps, 'upload') && (
        <Fact term="Blob">none was asked for</Fact>
      )}
      {receipt.published !== undefined && (
        <Fact term="Topic">
          <a
            href={hrefOf({
              page: 'streams',
              connection: receipt.published.connection,
              topic: receipt.published.topic,
            })}
          >
            {receipt.published.topic}
          </a>{' '}
          of {receipt.published.connection}
        </Fact>
      )}
      {load !== null && (
        <Fact term="Warehouse">
          {load.connection === sandboxName ? (
            <span title={load.warehouse}>on this computer</span>
          ) : (
            load.connection
          )}
        </Fact>
      )}
      {load?.cleanedOn !== undefined && (
        <Fact term="Rows cleaned">in {elsewhereNames[load.cleanedOn]}</Fact>
      )}
      {told.map((one) => (
        <Fact key={`${one.connection} ${one.name}`} term="Told">
          {toldWords(one)}
        </Fact>
      ))}
      {receipt.version !== null && (
        <Fact term="Steps and columns">
          {receipt.dataset}, version {receipt.version}
        </Fact>
      )}
      {receipt.source.sha256 !== null && (
        <Fact term="SHA-256">
          <code className={styles.hash}>{receipt.source.sha256}</code>
        </Fact>
      )}
    </dl>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

import { Button, Spinner } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import type { ReactNode } from 'react'
import type { ColumnProfile, Spread, ValueCount } from '../../../shared/domain/profile.ts'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import { formatCount, formatShare, plural } from '../../../shared/domain/sizes.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './ColumnPane.module.css'
import { wordsOf } from './columnTypes.ts'

/** Everything that is known of one column of the whole file. */
export function ColumnPane({
  label,
  profile,
  problem,
  arriving,
  onAgain,
  onClose,
}: {
  label: string
  profile: ColumnProfile | null
  problem: ProblemData | null
  arriving: boolean
  onAgain: () => void
  onClose: () => void
}) {
  return (
    // Escape closes what was opened beside the table.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      className={styles.pane}
      aria-label={`Profile of ${label}`}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose()
      }}
    >
      <div className={styles.title}>
        <h2 className={styles.name} title={label}>
          {label}
        </h2>
        <Button
          size="small"
          appearance="subtle"
          icon={<Dismiss16Regular />}
          aria-label={`Close the profile of ${label}`}
          onClick={onClose}
        />
      </div>
      {/* What scrolls must be reachable with the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.body} tabIndex={0} aria-label={`What ${label} holds`}>
        {problem !== null ? (
          <ProblemNotice problem={problem} action={{ label: 'Try again', run: onAgain }} />
        ) : profile === null ? (
          <Spinner
            size="tiny"
            labelPosition="after"
            label={arriving ? 'When the whole file is here …' : 'Looking at every row …'}
          />
        ) : (
          <Facts profile={profile} />
        )}
      </section>
    </aside>
  )
}

function Facts({ profile }: { profile: ColumnProfile }) {
  const { column, filled, empty, emptyWords, fits, misfits, distinct, isKey, personal } = profile
  const { spread, length, top, patterns, patternCount } = profile
  const rows = filled + empty
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="Type">{wordsOf(column)}</Fact>
        <Fact name="Filled">
          {formatCount(filled)} ({formatShare(rows === 0 ? 0 : filled / rows)})
        </Fact>
        <Fact name="Empty">
          {formatCount(empty)}
          {emptyWords.length > 0 && `, also ${emptyWords.map((word) => `“${word}”`).join(', ')}`}
        </Fact>
        {column.type !== 'text' && filled > 0 && (
          <Fact name="Fits its type">
            {formatCount(fits)} ({formatShare(fits / filled)})
          </Fact>
        )}
        <Fact name="Different">
          {formatCount(distinct)}
          {isKey && ', no two rows alike: a key'}
        </Fact>
        {length !== null && column.type === 'text' && (
          <Fact name="Length">
            {length.min === length.max
              ? plural(length.min, 'character')
              : `${formatCount(length.min)} to ${plural(length.max, 'character')}`}
          </Fact>
        )}
        {personal !== null && <Fact name="Likely personal">{personal}</Fact>}
      </dl>
      {misfits.length > 0 && (
        <Values title="Would be held back" values={misfits} of={filled} warning />
      )}
      {spread !== null && <SpreadOf spread={spread} label={column.label} />}
      <Values title={distinct > top.length ? 'Most often' : 'Values'} values={top} of={filled} />
      {patterns.length > 0 && (
        <section>
          <h3 className={styles.heading}>
            {patternCount === 1 ? 'Shape' : `${formatCount(patternCount)} shapes`}
          </h3>
          <ul className={styles.values}>
            {patterns.map(({ pattern, count }) => (
              <Bar key={pattern} text={pattern} count={count} of={filled} />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function SpreadOf({ spread, label }: { spread: Spread; label: string }) {
  const { min, max, mean, quantiles, histogram, outliers } = spread
  return (
    <section>
      <h3 className={styles.heading}>Where the values lie</h3>
      <Histogram bins={histogram} label={`Histogram of ${label}`} />
      <dl className={styles.facts}>
        <Fact name="From">{min}</Fact>
        <Fact name="A quarter up to">{quantiles.p25}</Fact>
        <Fact name="Half up to">{quantiles.p50}</Fact>
        <Fact name="Three quarters up to">{quantiles.p75}</Fact>
        <Fact name="To">{max}</Fact>
        {mean !== null && <Fact name="Mean">{String(Number(mean.toPrecision(6)))}</Fact>}
      </dl>
      {outliers.count > 0 && (
        <Values
          title={`${plural(outliers.count, 'value')} far out`}
          values={outliers.examples}
          of={null}
          warning
        />
      )}
    </section>
  )
}

/** Bars as high as their bins have values; each says its own to whoever points at it. */
function Histogram({ bins, label }: { bins: Spread['histogram']; label: string }) {
  const most = Math.max(1, ...bins.map(({ count }) => count))
  return (
    <figure
      className={styles.histogram}
      aria-label={`${label}, from ${bins[0]?.from ?? ''} to ${bins.at(-1)?.to ?? ''}`}
    >
      {bins.map(({ from, to, count }) => (
        <span key={from} className={styles.bin} title={`${from} – ${to}: ${formatCount(count)}`}>
          <span
            className={styles.binBar}
            // One value among millions is seen, too.
            style={{ height: count === 0 ? 0 : `max(2px, ${(count / most) * 100}%)` }}
          />
        </span>
      ))}
    </figure>
  )
}

function Values({
  title,
  values,
  of,
  warning = false,
}: {
  title: string
  values: readonly ValueCount[]
  of: number | null
  warning?: boolean
}) {
  if (values.length === 0) return null
  return (
    <section>
      <h3 className={warning ? styles.warning : styles.heading}>{title}</h3>
      <ul className={styles.values}>
        {values.map(({ value, count, line }) => (
          <Bar
            key={value}
            text={value}
            count={count}
            of={of}
            where={`first in line ${formatCount(line)}`}
          />
        ))}
      </ul>
    </section>
  )
}

function Bar({
  text,
  count,
  of,
  where,
}: {
  text: string
  count: number
  of: number | null
  where?: string
}) {
  return (
    <li className={styles.value} title={[text, where].join(' · ')}>
      {of !== null && (
        <span className={styles.share} style={{ width: `${(count / Math.max(1, of)) * 100}%` }} />
      )}
      <span className={styles.text}>{text}</span>
      <span className={styles.count}>
        {formatCount(count)}
        {of === null && where !== undefined && `, ${where}`}
      </span>
    </li>
  )
}

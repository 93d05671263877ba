import { Button, Spinner } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import type { ReactNode } from 'react'
import { durationText } from '../../../shared/domain/cells/clocks.ts'
import type { Column, ColumnType } from '../../../shared/domain/datasets/dataset.ts'
import type { LookFilter } from '../../../shared/domain/files/look.ts'
import type { ColumnProfile, Spread, ValueCount } from '../../../shared/domain/files/profile.ts'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import { formatCount, formatShare, plural } from '../../../shared/domain/sizes.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './ColumnPane.module.css'
import { type RulesChoice, RulesOfColumn } from './RulesOfColumn.tsx'
import { wordsOf } from './columnTypes.ts'

type Pick = (filter: LookFilter) => void

/** Everything that is known of one column of the whole file. */
export function ColumnPane({
  label,
  profile,
  problem,
  arriving,
  isGone,
  onAgain,
  rules,
  personal = null,
  unheld,
  onFilter,
  onMenu,
  onClose,
}: {
  label: string
  profile: ColumnProfile | null
  problem: ProblemData | null
  arriving: boolean
  /** The rows were looked at, and the steps leave no column of this name. */
  isGone: boolean
  onAgain: () => void
  /** What it is held to; null: nobody can say it here. */
  rules: {
    column: Column
    breaking: number | null
    onChange: (choice: RulesChoice) => void
  } | null
  /** Where it is said what becomes of it as a personal column. */
  personal?: ReactNode
  /** Why nobody can say it here. */
  unheld: string
  /** Shows the rows of what is clicked; null: they cannot be shown yet. */
  onFilter: Pick | null
  /** Asks for the steps that fit the column, or one of its values. */
  onMenu: (target: HTMLElement, value: string | null) => void
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
        <span className={styles.tools}>
          <Button
            size="small"
            aria-haspopup="menu"
            onClick={({ currentTarget }) => onMenu(currentTarget, null)}
          >
            Clean …
          </Button>
          <Button
            size="small"
            appearance="subtle"
            icon={<Dismiss16Regular />}
            aria-label={`Close the profile of ${label}`}
            onClick={onClose}
          />
        </span>
      </div>
      {/* What scrolls must be reachable with the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.body} tabIndex={0} aria-label={`What ${label} holds`}>
        {problem !== null ? (
          <ProblemNotice problem={problem} action={{ label: 'Try again', run: onAgain }} />
        ) : isGone ? (
          <p className={styles.gone}>
            The steps take this column away, or give it another name: it stands under that in the
            rows after them.
          </p>
        ) : profile === null ? (
          <Spinner
            size="tiny"
            labelPosition="after"
            label={arriving ? 'When the whole file is here …' : 'Looking at every row …'}
          />
        ) : (
          <>
            {personal}
            <Facts profile={profile} onFilter={onFilter} />
            {rules === null ? (
              <p className={styles.gone}>{unheld}</p>
            ) : (
              <RulesOfColumn
                {...rules}
                profile={profile}
                onShow={onFilter && (() => onFilter({ kind: 'breaks', column: label }))}
              />
            )}
          </>
        )}
      </section>
    </aside>
  )
}

function Facts({ profile, onFilter }: { profile: ColumnProfile; onFilter: Pick | null }) {
  const pick = onFilter === null ? null : valuePick(profile.column.label, onFilter)
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
        <Values title="Would be held back" values={misfits} of={filled} onPick={pick} warning />
      )}
      {spread !== null && <SpreadOf spread={spread} column={column} onFilter={onFilter} />}
      <Values
        title={distinct > top.length ? 'Most often' : 'Values'}
        values={top}
        of={filled}
        onPick={pick}
      />
      {patterns.length > 0 && (
        <section>
          <h3 className={styles.heading}>
            {patternCount === 1 ? 'Shape' : `${formatCount(patternCount)} shapes`}
          </h3>
          <ul className={styles.values}>
            {patterns.map(({ pattern, count }) => (
              <Bar
                key={pattern}
                text={pattern}
                count={count}
                of={filled}
                onPick={
                  onFilter === null
                    ? null
                    : () => onFilter({ kind: 'shape', column: column.label, shape: pattern })
                }
              />
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

/** A value of a profile is cut off at so many characters. */
const cutAt = 200

/** Shows the rows of a value. One that is cut off is found by its beginning. */
function valuePick(column: string, onFilter: Pick): (value: string) => void {
  return (value) =>
    onFilter(
      value.length < cutAt
        ? { kind: 'value', column, value }
        : { kind: 'contains', column, text: value },
    )
}

/** Edges of bars are exact; six digits say where one stands. */
function edgeWords(edge: string): string {
  const number = Number(edge)
  return Number.isNaN(number) ? edge.replace(/\.\d+$/, '') : String(Number(number.toPrecision(6)))
}

function meanWords(mean: number, type: ColumnType): string {
  return type === 'duration' ? durationText(mean) : String(mean)
}

function SpreadOf({
  spread,
  column: { label, type },
  onFilter,
}: {
  spread: Spread
  column: Column
  onFilter: Pick | null
}) {
  const { min, max, mean, quantiles, histogram, outliers } = spread
  return (
    <section>
      <h3 className={styles.heading}>Where the values lie</h3>
      <Histogram bins={histogram} label={label} onFilter={onFilter} />
      <dl className={styles.facts}>
        <Fact name="From">{min}</Fact>
        <Fact name="A quarter up to">{quantiles.p25}</Fact>
        <Fact name="Half up to">{quantiles.p50}</Fact>
        <Fact name="Three quarters up to">{quantiles.p75}</Fact>
        <Fact name="To">{max}</Fact>
        {mean !== null && <Fact name="Mean">{meanWords(Number(mean.toPrecision(6)), type)}</Fact>}
      </dl>
      {outliers.count > 0 && (
        <Values
          title={`${plural(outliers.count, 'value')} far out`}
          values={outliers.examples}
          of={null}
          onPick={onFilter === null ? null : valuePick(label, onFilter)}
          warning
        />
      )}
    </section>
  )
}

/** Bars as high as their bins have values; each says its own to whoever points at it, and shows its rows to whoever clicks it. */
function Histogram({
  bins,
  label,
  onFilter,
}: {
  bins: Spread['histogram']
  label: string
  onFilter: Pick | null
}) {
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const [first, last] = [bins[0]?.from ?? '', bins.at(-1)?.to ?? '']
  return (
    <figure
      className={styles.histogram}
      aria-label={`Histogram of ${label}, from ${edgeWords(first)} to ${edgeWords(last)}`}
    >
      {bins.map(({ from, to, count }, nth) => {
        const words = `${edgeWords(from)} – ${edgeWords(to)}: ${formatCount(count)}`
        const withLast = nth === bins.length - 1
        return (
          <button
            key={from}
            type="button"
            className={styles.bin}
            title={words}
            aria-label={words}
            disabled={onFilter === null || count === 0}
            onClick={() => onFilter?.({ kind: 'range', column: label, from, to, withLast })}
          >
            <span
              className={styles.binBar}
              // One value among millions is seen, too.
              style={{ height: count === 0 ? 0 : `max(2px, ${(count / most) * 100}%)` }}
            />
          </button>
        )
      })}
    </figure>
  )
}

function Values({
  title,
  values,
  of,
  onPick,
  warning = false,
}: {
  title: string
  values: readonly ValueCount[]
  of: number | null
  onPick: ((value: string) => void) | null
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
            onPick={onPick === null ? null : () => onPick(value)}
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
  onPick,
}: {
  text: string
  count: number
  of: number | null
  where?: string
  onPick: (() => void) | null
}) {
  return (
    <li>
      <button
        type="button"
        className={styles.value}
        title={[text, where, ...(onPick === null ? [] : ['click to see the rows'])].join(' · ')}
        disabled={onPick === null}
        onClick={() => onPick?.()}
      >
        {of !== null && (
          <span className={styles.share} style={{ width: `${(count / Math.max(1, of)) * 100}%` }} />
        )}
        <span className={styles.text}>{text}</span>
        <span className={styles.count}>
          {formatCount(count)}
          {of === null && where !== undefined && `, ${where}`}
        </span>
      </button>
    </li>
  )
}

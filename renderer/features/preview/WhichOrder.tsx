import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import type { ColumnChoice } from '../../../shared/domain/columns/columnChoice.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { formatDay } from '../../ui/times.ts'
import styles from './WhichOrder.module.css'

/** Asks what no date of a column says, and nobody should guess: whether 3/2 is in February or in March. */
export function WhichOrder({
  label,
  preview,
  onOrder,
}: {
  label: string
  preview: Preview
  onOrder: (choice: ColumnChoice) => void
}) {
  const index = preview.columns.findIndex((column) => column.label === label)
  const type = preview.columns[index]?.type ?? 'date'
  // One that reads differently tells more than 2/2.
  const cells = preview.rows.map(({ cells: row }) => (row[index] ?? '').trim())
  const example = cells.find(differs) ?? cells.find((cell) => cell !== '') ?? ''
  const [first = 1, second = 1] = numbers(example)
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.question ?? ''}>
      <MessageBarBody>
        <MessageBarTitle>“{label}”: </MessageBarTitle>
        no date in it says whether the day or the month stands first. What is {example}?
      </MessageBarBody>
      <MessageBarActions>
        <Button size="small" onClick={() => onOrder({ type, order: 'dmy' })}>
          {formatDay(first, second)}: day first
        </Button>
        <Button size="small" onClick={() => onOrder({ type, order: 'mdy' })}>
          {formatDay(second, first)}: month first
        </Button>
      </MessageBarActions>
    </MessageBar>
  )
}

const numbers = (cell: string): number[] => (cell.match(/\d+/g) ?? []).slice(0, 2).map(Number)
const differs = (cell: string): boolean => {
  const [first, second] = numbers(cell)
  return first !== second
}

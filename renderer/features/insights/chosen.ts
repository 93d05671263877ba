import type { Board, InsightFilter, Range } from '../../../shared/domain/warehouse/insights.ts'
import { createStore } from '../../core/store.ts'

/** What was chosen on the dashboards since the window was opened. */
export const chosen = createStore<{
  /** Of the boards where another than the usual one was chosen. */
  ranges: Partial<Record<Board, Range>>
  only: Pick<InsightFilter, 'store' | 'product'>
}>({ ranges: {}, only: {} })

export function chooseRange(board: Board, range: Range): void {
  const { ranges, only } = chosen.get()
  chosen.set({ only, ranges: { ...ranges, [board]: range } })
}

/** Only rows with this; chosen once more: all of them again. */
export function toggle(role: 'store' | 'product', value: string | null): void {
  const { ranges, only } = chosen.get()
  const { [role]: before, ...others } = only
  chosen.set({ ranges, only: before === value ? others : { ...others, [role]: value } })
}

export function clearChosen(): void {
  chosen.set({ ...chosen.get(), only: {} })
}

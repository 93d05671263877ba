/** What is drawn of each picture. Positions may be rounded as numbers of a screen are; what is read is the warehouse's own text. */
import { webDarkTheme, webLightTheme } from '@fluentui/react-components'
import type { Picture } from '../../../shared/domain/warehouse/insights.ts'
import { formatCount, formatDecimal, formatShare } from '../../../shared/domain/sizes.ts'
import { formatCalendarDay, formatCalendarDayFull } from '../../ui/times.ts'
import type { DrawingOption } from './echarts.ts'

export type Rows = Picture['rows']

/** Colours that are told apart by those who do not see red and green apart, after Okabe and Ito. */
const colours = {
  light: { main: '#0072B2', other: '#D55E00', pale: '#B5D6EA', low: '#EAF3F9' },
  dark: { main: '#56B4E9', other: '#E69F00', pale: '#2F5A74', low: '#20323F' },
}

function kit(isDark: boolean) {
  const theme = isDark ? webDarkTheme : webLightTheme
  const own = isDark ? colours.dark : colours.light
  const quiet = theme.colorNeutralForeground3
  const font = { fontFamily: theme.fontFamilyBase, fontSize: 12 }
  return {
    ...own,
    quiet,
    text: theme.colorNeutralForeground1,
    base: {
      textStyle: { ...font, color: theme.colorNeutralForeground1 },
      animation: false,
      grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
      // Not as HTML: nothing of a table's text becomes a part of the page.
      tooltip: {
        renderMode: 'richText',
        confine: true,
        backgroundColor: theme.colorNeutralBackground1,
        borderColor: theme.colorNeutralStroke1,
        textStyle: { ...font, color: theme.colorNeutralForeground1 },
      },
    },
    axis: {
      axisLabel: { ...font, color: quiet },
      axisLine: { lineStyle: { color: theme.colorNeutralStroke1 } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.colorNeutralStroke2 } },
    },
    legend: {
      top: 0,
      right: 0,
      icon: 'roundRect',
      itemWidth: 14,
      itemHeight: 3,
      textStyle: { ...font, color: quiet },
    },
  }
}

const plot = (text: string | null | undefined): number | null =>
  text == null ? null : Number(text)
const spoken = (text: string | null | undefined): string =>
  text == null ? 'not known' : formatDecimal(text)

/** `12k`, on an axis. */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${Number((value / 1e6).toFixed(1))}M`
  return size >= 1e4 ? `${Number((value / 1e3).toFixed(1))}k` : formatDecimal(String(value))
}

/** The nth of what is pointed at. */
const nthOf = (given: unknown): number => {
  const one: unknown = Array.isArray(given) ? given[0] : given
  return typeof one === 'object' && one !== null && 'dataIndex' in one ? Number(one.dataIndex) : -1
}

/** Two lines over days: now, and a week before it. */
export function overTime(rows: Rows, isDark: boolean): DrawingOption {
  const { base, axis, legend, main, quiet } = kit(isDark)
  const cell = (nth: number, column: number) => rows[nth]?.[column]
  return {
    ...base,
    grid: { ...base.grid, top: 32 },
    legend: { ...legend, data: ['revenue', 'a week before'] },
    tooltip: {
      ...base.tooltip,
      trigger: 'axis',
      formatter: (given: unknown) => {
        const nth = nthOf(given)
        return `${formatCalendarDayFull(cell(nth, 0) ?? '')}\nrevenue: ${spoken(cell(nth, 1))}\na week before: ${spoken(cell(nth, 2))}`
      },
    },
    xAxis: {
      type: 'category',
      ...axis,
      boundaryGap: false,
      splitLine: { show: false },
      data: rows.map(([day]) => formatCalendarDay(day ?? '')),
    },
    yAxis: { type: 'value', ...axis, axisLabel: { ...axis.axisLabel, formatter: short } },
    series: [
      {
        name: 'a week before',
        type: 'line',
        symbol: 'none',
        lineStyle: { color: quiet, width: 1.5, type: 'dashed' },
        itemStyle: { color: quiet },
        data: rows.map((row) => plot(row[2])),
      },
      {
        name: 'revenue',
        type: 'line',
        symbol: 'circle',
        symbolSize: rows.length > 60 ? 0 : 5,
        showAllSymbol: true,
        lineStyle: { color: main, width: 2.5 },
        itemStyle: { color: main },
        areaStyle: { color: main, opacity: 0.08 },
        data: rows.map((row) => plot(row[1])),
      },
    ],
  }
}

/** Bars side by side of one column, or lying; what is not chosen is pale. */
export function bars(
  rows: Rows,
  isDark: boolean,
  {
    name,
    value,
    lying = false,
    isChosen,
  }: { name: number; value: number; lying?: boolean; isChosen?: (row: Rows[number]) => boolean },
  unit: string,
): DrawingOption {
  const { base, axis, main, pale } = kit(isDark)
  const names = {
    type: 'category',
    ...axis,
    splitLine: { show: false },
    inverse: lying,
    data: rows.map((row) => row[name] ?? '(none)'),
    axisLabel: {
      ...axis.axisLabel,
      width: lying ? 130 : 90,
      overflow: 'truncate',
      ...(lying ? { interval: 0 } : {}),
    },
  }
  const values = {
    type: 'value',
    ...axis,
    axisLabel: { ...axis.axisLabel, formatter: short, hideOverlap: true },
  }
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      trigger: 'item',
      formatter: (given: unknown) => {
        const row = rows[nthOf(given)]
        return `${row?.[name] ?? '(none)'}\n${unit}: ${spoken(row?.[value])}`
      },
    },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: [
      {
        type: 'bar',
        barMaxWidth: lying ? 18 : 48,
        cursor: isChosen === undefined ? 'default' : 'pointer',
        data: rows.map((row) => ({
          value: plot(row[value]),
          itemStyle: { color: isChosen === undefined || isChosen(row) ? main : pale },
        })),
      },
    ],
  }
}

/** Two kinds stacked, told apart by shade and by pattern. */
export function stacked(
  rows: Rows,
  isDark: boolean,
  kinds: readonly { name: string; value: number }[],
): DrawingOption {
  const { base, axis, legend, main, other } = kit(isDark)
  return {
    ...base,
    grid: { ...base.grid, top: 32 },
    legend: { ...legend, itemHeight: 10 },
    tooltip: {
      ...base.tooltip,
      trigger: 'axis',
      formatter: (given: unknown) => {
        const row = rows[nthOf(given)]
        return [
          `from ${formatCalendarDayFull(row?.[0] ?? '')}`,
          ...kinds.map(({ name, value }) => `${name}: ${spoken(row?.[value])}`),
        ].join('\n')
      },
    },
    xAxis: {
      type: 'category',
      ...axis,
      splitLine: { show: false },
      data: rows.map(([day]) => formatCalendarDay(day ?? '')),
    },
    yAxis: { type: 'value', ...axis, axisLabel: { ...axis.axisLabel, formatter: short } },
    series: kinds.map(({ name, value }, nth) => ({
      name,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 48,
      itemStyle: {
        color: nth === 0 ? main : other,
        ...(nth === 0
          ? {}
          : {
              decal: {
                symbol: 'rect',
                dashArrayX: [1, 0],
                dashArrayY: [2, 4],
                rotation: Math.PI / 4,
                color: 'rgba(255,255,255,0.35)',
              },
            }),
      },
      data: rows.map((row) => plot(row[value])),
    })),
  }
}

/** A table of fields, the darker the more; `text`: what stands in a field. */
export function fields(
  given: readonly { x: string; y: string; value: number; text: string; tip: string }[],
  isDark: boolean,
  axes: { x: readonly string[]; y: readonly string[]; xName: string; most: number },
): DrawingOption {
  const { base, axis, main, low, text } = kit(isDark)
  return {
    ...base,
    grid: { ...base.grid, bottom: 24 },
    tooltip: { ...base.tooltip, formatter: (one: unknown) => given[nthOf(one)]?.tip ?? '' },
    xAxis: {
      type: 'category',
      ...axis,
      splitLine: { show: false },
      data: [...axes.x],
      name: axes.xName,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: axis.axisLabel,
    },
    yAxis: {
      type: 'category',
      ...axis,
      splitLine: { show: false },
      inverse: true,
      data: [...axes.y],
    },
    visualMap: {
      show: false,
      min: 0,
      max: Math.max(axes.most, 1e-9),
      inRange: { color: [low, main] },
    },
    series: [
      {
        type: 'heatmap',
        label: {
          show: true,
          fontSize: 11,
          formatter: (one: unknown) => given[nthOf(one)]?.text ?? '',
        },
        itemStyle: { borderWidth: 2, borderColor: isDark ? '#292929' : '#ffffff' },
        emphasis: { itemStyle: { borderColor: text } },
        data: given.map(({ x, y, value }) => ({
          value: [axes.x.indexOf(x), axes.y.indexOf(y), value],
          // Readable on the pale as on the full.
          label: { color: value > axes.most * 0.55 ? (isDark ? '#000000' : '#ffffff') : text },
        })),
      },
    ],
  }
}

/** Of each month's new customers, how many came again in the months after it. */
export function cohorts(rows: Rows, isDark: boolean): DrawingOption {
  const size = new Map(
    rows.filter(([, later]) => later === '0').map(([began, , n]) => [began, Number(n)]),
  )
  const months = [...new Set(rows.map(([began]) => began ?? ''))]
  const later = [...new Set(rows.map(([, month]) => Number(month)))].toSorted((a, b) => a - b)
  // All of them are there in their first month: no news, and it would make the others pale.
  const found = rows.flatMap(([began, month, n]) => {
    const all = size.get(began ?? '') ?? 0
    if (month === '0' || all === 0) return []
    const share = Number(n) / all
    return [
      {
        x: String(month),
        y: `${began ?? ''} (${formatCount(all)})`,
        value: share,
        text: formatShare(share),
        tip: `Of ${formatCount(all)} who bought first in ${began ?? ''},\n${formatCount(Number(n))} bought ${String(month)} months later: ${formatShare(share)}`,
      },
    ]
  })
  return fields(found, isDark, {
    x: later.filter((month) => month > 0).map(String),
    y: months.map((month) => `${month} (${formatCount(size.get(month) ?? 0)})`),
    xName: 'months later',
    most: Math.max(0, ...found.map(({ value }) => value)),
  })
}

const fifths = ['1', '2', '3', '4', '5']

/** How many customers have each pair of scores. */
export function recencyAndFrequency(rows: Rows, isDark: boolean): DrawingOption {
  const found = rows.map(([recency, frequency, customers, revenue]) => ({
    x: frequency ?? '',
    y: `recency ${recency ?? ''}`,
    value: Number(customers),
    text: formatCount(Number(customers)),
    tip: `recency ${recency ?? ''}, frequency ${frequency ?? ''}\n${formatCount(Number(customers))} customers, revenue ${spoken(revenue)}`,
  }))
  return fields(found, isDark, {
    x: fifths,
    y: fifths.toReversed().map((score) => `recency ${score}`),
    xName: 'frequency',
    most: Math.max(0, ...found.map(({ value }) => value)),
  })
}

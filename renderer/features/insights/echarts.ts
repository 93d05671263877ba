/** The parts of ECharts that the pictures are drawn with; loaded when the first one is. */
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts'
import {
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([
  BarChart,
  HeatmapChart,
  LineChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
])

export type Drawing = EChartsType
export type DrawingOption = EChartsCoreOption

/** At twice the points of the screen, so that paper and pictures are sharp. */
export function drawing(box: HTMLElement): Drawing {
  return init(box, null, { devicePixelRatio: Math.max(2, window.devicePixelRatio) })
}

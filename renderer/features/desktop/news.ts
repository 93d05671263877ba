import type { DesktopNews, UpdateState } from '../../../shared/contract/bridge.ts'
import type { Core } from '../../core/core.tsx'
import { createStore } from '../../core/store.ts'
import { announce } from '../../ui/announce.tsx'
import { goTo } from '../../ui/useRoute.ts'

/** How far a new version of Pallet is; null: nothing is known of one. */
export const update = createStore<UpdateState | null>(null)

/** Brings what Electron's main process says by itself to where it is shown. Nothing in a browser. */
export function hearDesktop({ host, files }: Core): void {
  host.desktop?.listen((news: DesktopNews) => {
    switch (news.kind) {
      case 'opened':
        files.addOpened(news.files)
        return goTo({ page: 'send' })
      case 'run':
        return goTo({ page: 'run', runId: news.runId })
      case 'update':
        if (news.update.state === 'ready') announce(`Pallet ${news.update.version} is ready.`)
        return update.set(news.update)
    }
  })
}

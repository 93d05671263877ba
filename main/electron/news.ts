/** What main has to say to the window: kept until the page listens, as it does after a start and a reload. */
import type { WebFrameMain } from 'electron'
import type { DesktopNews } from '../../shared/contract/bridge.ts'
import { desktopChannels } from '../../shared/contract/desktop.ts'

type Page = Pick<WebFrameMain, 'send' | 'detached' | 'isDestroyed'>

export class WindowNews {
  #page: Page | null = null
  #waiting: DesktopNews[] = []
  /** A state, so that the newest is told again to every page. */
  #update: DesktopNews | null = null

  tell(news: DesktopNews): void {
    if (news.kind === 'update') this.#update = news
    const page = this.#listening()
    if (page !== null) page.send(desktopChannels.news, news)
    else if (news.kind !== 'update') this.#waiting.push(news)
  }

  /** A page listens from now on; what waited is told to it. */
  listen(page: Page): void {
    this.#page = page
    const waiting = this.#waiting
    this.#waiting = []
    for (const news of this.#update === null ? waiting : [this.#update, ...waiting])
      page.send(desktopChannels.news, news)
  }

  /** A page that was reloaded or closed does not hear any more, and sending to it would throw. */
  #listening(): Page | null {
    if (this.#page !== null && (this.#page.isDestroyed() || this.#page.detached)) this.#page = null
    return this.#page
  }
}

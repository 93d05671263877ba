// A combobox with its list (ARIA APG); no tag of HTML is one.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Dialog, DialogBody, DialogContent, DialogSurface, Input } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState, useSyncExternalStore } from 'react'
import type { KeyboardEvent } from 'react'
import { commands, keyWords, type Command } from '../core/commands.ts'
import { useClient } from '../core/core.tsx'
import { datasetsQuery, runsQuery } from '../core/queries.ts'
import { formatWhen } from '../ui/times.ts'
import { goTo } from '../ui/useRoute.ts'
import styles from './Palette.module.css'

interface Offer extends Command {
  kind: string
  aside: string
}

const offeredRuns = 8

const idOf = (index: number): string => `offer-${index}`

/** Everything that can be done or opened, found by a few letters of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const client = useClient()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const search = useDeferredValue(text.trim().slice(0, 200))
  const known = useSyncExternalStore(commands.subscribe, commands.get)
  const runs = useQuery(
    runsQuery(client, { ...(search === '' ? {} : { search }), limit: offeredRuns }),
  )
  const datasets = useQuery(datasetsQuery(client))
  const offers: Offer[] = [
    ...known.map((command) => ({
      ...command,
      kind: 'command',
      aside: command.keys === undefined ? '' : keyWords(command.keys),
    })),
    ...(datasets.data ?? []).map(({ name }) => ({
      title: name,
      kind: 'dataset',
      aside: 'Dataset',
      run: () => goTo({ page: 'dataset', name }),
    })),
  ]
  // By what is typed now: whoever types fast and presses Enter means that.
  const fits = ({ title }: Offer) => title.toLowerCase().includes(text.trim().toLowerCase())
  const found: Offer[] = [
    ...offers.filter(fits),
    // The core has looked for them, in more than their names.
    ...(runs.data ?? []).map((run) => ({
      title: run.source.name,
      kind: `run ${run.id}`,
      aside: `Run of ${formatWhen(run.createdAt)}`,
      run: () => goTo({ page: 'run', runId: run.id }),
    })),
  ]
  const here = Math.min(at, found.length - 1)
  useEffect(() => {
    document.getElementById(idOf(here))?.scrollIntoView({ block: 'nearest' })
  }, [here])
  const take = (offer: Offer | undefined) => {
    if (offer === undefined) return
    onClose()
    // The dialog goes first: what is done may open another one, or move the focus.
    setTimeout(offer.run)
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((here + step + found.length) % found.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      take(found[here])
    }
  }
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface aria-label="Commands" className={styles.surface ?? ''}>
        <DialogBody>
          <DialogContent className={styles.content ?? ''}>
            <Input
              className={styles.search ?? ''}
              size="large"
              role="combobox"
              aria-label="What do you want to do?"
              aria-expanded
              aria-controls="offers"
              aria-autocomplete="list"
              aria-activedescendant={idOf(here)}
              placeholder="What do you want to do, or open?"
              spellCheck={false}
              value={text}
              onChange={(_, { value }) => {
                setText(value)
                setAt(0)
              }}
              onKeyDown={press}
            />
            <div id="offers" role="listbox" aria-label="Commands" className={styles.offers}>
              {found.map((offer, index) => (
                // The keys of the list are the field's.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                <div
                  key={`${offer.kind} ${offer.title}`}
                  id={idOf(index)}
                  role="option"
                  aria-selected={index === here}
                  className={styles.offer}
                  onClick={() => take(offer)}
                >
                  <span className={styles.title}>{offer.title}</span>
                  <span className={styles.aside}>{offer.aside}</span>
                </div>
              ))}
            </div>
            {found.length === 0 && <p className={styles.nothing}>Nothing is called that.</p>}
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

import { useEffect, useState } from 'react'
import { useCore } from '../core/core.tsx'
import { goTo } from '../ui/useRoute.ts'

/**
 * Files may be dropped anywhere on the window; they open on the Send page. Without this
 * the browser would leave Pallet and show the file.
 * @returns whether files hover over the window
 */
export function useDropAnywhere(): boolean {
  const { files } = useCore()
  const [dragging, setDragging] = useState(false)
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
      setDragging(true)
    }
    const leave = (event: DragEvent) => {
      // `null`: out of the window, and not only from one element to the next.
      if (event.relatedTarget === null) setDragging(false)
    }
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      setDragging(false)
      const { dropped, folders } = sortOut(event.dataTransfer)
      void files.add(dropped, folders)
      goTo({ page: 'send' })
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [files])
  return dragging
}

/** A folder looks like a file of 0 to 4096 bytes; only its entry tells, and only during the event. */
function sortOut(transfer: DataTransfer): { dropped: File[]; folders: string[] } {
  const dropped: File[] = []
  const folders: string[] = []
  for (const item of transfer.items) {
    const file = item.kind === 'file' ? item.getAsFile() : null
    if (file === null) continue
    if (item.webkitGetAsEntry()?.isDirectory === true) folders.push(file.name)
    else dropped.push(file)
  }
  return { dropped, folders }
}

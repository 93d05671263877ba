import { Button } from '@fluentui/react-components'
import { useRef, type ReactElement } from 'react'
import { Problem } from '../../../shared/domain/problem.ts'
import { useCore } from '../../core/core.tsx'
import { sendBytes } from '../../core/sendBytes.ts'

/** A button that has one file chosen. What `onFile` is given brings the file to the core, and answers by which id it is known there. */
export function ChooseFile({
  label,
  of,
  icon,
  isBusy,
  onFile,
}: {
  label: string
  /** What the file is, for a screen reader. */
  of: string
  icon?: ReactElement
  isBusy: boolean
  onFile: (open: () => Promise<string>) => void
}) {
  const { host } = useCore()
  const chooser = useRef<HTMLInputElement>(null)
  const choose = async () => {
    const { desktop } = host
    if (desktop === null) return chooser.current?.click()
    const [file] = await desktop.chooseFiles()
    if (file === undefined) return
    onFile(() =>
      file.ok ? Promise.resolve(file.file.source) : Promise.reject(new Problem(file.problem)),
    )
  }
  return (
    <>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={of}
        onChange={(event) => {
          const [file] = event.target.files ?? []
          if (file === undefined) return
          onFile(async () => {
            const { name, size: bytes } = file
            const { source } = await host.client.sources.announce({ name, bytes })
            await sendBytes(source, file, () => {}, AbortSignal.timeout(10 * 60_000))
            return source
          })
          event.target.value = ''
        }}
      />
      <Button
        size="small"
        {...(icon === undefined ? {} : { icon })}
        disabledFocusable={isBusy}
        onClick={() => void choose()}
      >
        {label}
      </Button>
    </>
  )
}

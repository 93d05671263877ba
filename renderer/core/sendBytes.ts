import { Problem, ProblemData } from '../../shared/domain/problem.ts'
import { shownKey } from './session.ts'

/**
 * Sends a file's bytes to the web host: `PUT /files/<source>`. XMLHttpRequest and not
 * fetch, because only it tells how far the body has got.
 * @param report bytes handed over so far
 * @throws Problem when the host refuses, the file cannot be read any more, or nobody answers
 */
export function sendBytes(
  source: string,
  file: File,
  report: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    const settle = (end: () => void) => {
      signal.removeEventListener('abort', abort)
      end()
    }
    request.upload.addEventListener('progress', (event) => report(event.loaded))
    request.addEventListener('load', () =>
      settle(() => {
        if (request.status >= 200 && request.status < 300) resolve()
        else reject(refused(file.name, request.status, request.responseText))
      }),
    )
    request.addEventListener('error', () => settle(() => reject(broken(file.name))))
    request.addEventListener('abort', () =>
      settle(() => reject(new DOMException('The file was taken away.', 'AbortError'))),
    )
    signal.addEventListener('abort', abort)
    request.open('PUT', `/files/${encodeURIComponent(source)}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    for (const [name, value] of Object.entries(shownKey())) request.setRequestHeader(name, value)
    request.send(file)
    if (signal.aborted) abort()
  })
}

function refused(name: string, status: number, body: string): Problem {
  const problem = readProblem(body)
  if (problem !== null) return new Problem(problem)
  return new Problem({
    code: 'source-unreadable',
    what: `Pallet did not take the file “${name}”.`,
    did: 'Nothing of it was kept.',
    advice: 'Try again; if Pallet was restarted, reload this page first.',
    detail: `HTTP ${status}`,
  })
}

/** The problem in the answer of the host, if it is one. */
export function readProblem(body: string): ProblemData | null {
  try {
    const parsed = ProblemData.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function broken(name: string): Problem {
  return new Problem({
    code: 'source-unreadable',
    what: `The file “${name}” could not be handed to Pallet.`,
    did: 'Nothing of it was kept.',
    advice:
      'It may have changed, moved or be locked since you chose it, or it is a folder. Save it, close it in Excel, and try again.',
  })
}

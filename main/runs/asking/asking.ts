import {
  type Answer,
  type Answered,
  type IfDelivered,
  type Question,
  answerWords,
  questionSentence,
  waysToAnswer,
} from '../../../shared/domain/runs/decision.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'

/** What a run has to be told: asked, decided, and kept with it. */
export class Asking {
  readonly #parts: { runs: RunRepository; now: () => Date }

  constructor(parts: { runs: RunRepository; now: () => Date }) {
    this.#parts = parts
  }

  /** What was said beforehand decides; else `usual`; else a person. True: nothing is to be loaded. */
  decide(
    run: StoredRun,
    question: Question,
    said: IfDelivered | undefined,
    usual: Answer | null = null,
  ): boolean {
    switch (said) {
      case 'correct':
      case 'append':
      case 'skip':
        this.note(run, { question, answer: said })
        return said === 'skip'
      case 'fail':
        throw new Problem({
          code: 'delivered-before',
          what: questionSentence(question),
          did: 'Nothing was sent or loaded, as it was asked for.',
        })
      case 'ask':
        return this.ask(run, question)
      case undefined:
        if (usual === null) return this.ask(run, question)
        // Nobody has said it, so it must be seen.
        this.note(run, { question, answer: usual }, 'warn')
        return usual === 'skip'
    }
  }

  /** The run waits for a person. */
  ask(run: StoredRun, question: Question): never {
    this.save(run, { ...run.decisions, asked: question })
    this.log(run, `${questionSentence(question)} Waits for an answer.`)
    throw new Problem({
      code: 'decision-needed',
      what: questionSentence(question),
      did: 'Nothing has left this computer; the run waits for an answer.',
      advice: `Say what it is. ${waysToAnswer(run.id, question).join('; ')}.`,
    })
  }

  note(run: StoredRun, answered: Answered, level: 'info' | 'warn' = 'info'): void {
    this.save(run, { asked: null, answered: [...run.decisions.answered, answered] })
    const decided = `${questionSentence(answered.question)} Decided: ${answerWords(answered)}.`
    this.log(run, decided, level)
  }

  log(run: StoredRun, message: string, level: 'info' | 'warn' = 'info'): void {
    const { runs, now } = this.#parts
    runs.log(run.id, { at: now().toISOString(), level, message })
  }

  save(run: StoredRun, decisions: StoredRun['decisions']): void {
    run.decisions = decisions
    this.#parts.runs.changeDecisions(run.id, decisions)
  }
}

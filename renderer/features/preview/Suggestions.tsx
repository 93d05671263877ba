import { Button } from '@fluentui/react-components'
import type { Suggestion } from '../../../shared/domain/recipe/suggestion.ts'
import { doingWords } from '../../../shared/domain/recipe/recipeWords.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import styles from './DeskPane.module.css'

/** Steps that the file asks for: why, what each would do to the whole file, and one click that adds it. */
export function Suggestions({
  of,
  onTake,
}: {
  of: readonly Suggestion[]
  onTake: (suggestion: Suggestion) => void
}) {
  if (of.length === 0) return null
  return (
    <section aria-label="Suggested steps">
      <h2 className={styles.heading}>Suggested steps</h2>
      <ul className={styles.suggested}>
        {of.map((suggestion) => {
          const { id, reason, steps, effect, examples, isSure } = suggestion
          const [example] = examples
          return (
            <li key={id}>
              <span>{reason}</span>
              {example !== undefined && (
                <span className={styles.example}>
                  <del>{example.before}</del> → {example.after === '' ? 'empty' : example.after}
                </span>
              )}
              <span className={styles.ways}>
                <Button
                  size="small"
                  appearance={isSure ? 'primary' : 'secondary'}
                  title={steps.map(doingWords).join('; ')}
                  onClick={() => onTake(suggestion)}
                >
                  {steps.map(doingWords).join('; ')}
                </Button>
                <span className={styles.count}>
                  {[
                    ...(effect.cells > 0 ? [plural(effect.cells, 'cell')] : []),
                    ...(effect.rows > 0 ? [`${plural(effect.rows, 'row')} dropped`] : []),
                  ].join(', ')}
                </span>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

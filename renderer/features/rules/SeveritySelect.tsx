import { Select } from '@fluentui/react-components'
import {
  type Severity,
  type WholeSeverity,
  severities,
} from '../../../shared/domain/rules/rules.ts'
import { severityNames } from '../../../shared/domain/rules/ruleWords.ts'

/** What becomes of a row, or of a file, that breaks a rule. */
export function SeveritySelect<Of extends Severity | WholeSeverity>({
  about,
  severity,
  of = severities as readonly (Severity | WholeSeverity)[] as readonly Of[],
  onChange,
}: {
  about: string
  severity: Of
  /** Those that can be chosen; absent: all. */
  of?: readonly Of[]
  onChange: (severity: Of) => void
}) {
  return (
    <Select
      size="small"
      aria-label={`What breaking “${about}” does`}
      value={severity}
      onChange={(_, { value }) => {
        const chosen = of.find((one) => one === value)
        if (chosen !== undefined) onChange(chosen)
      }}
    >
      {of.map((one) => (
        <option key={one} value={one}>
          {severityNames[one]}
        </option>
      ))}
    </Select>
  )
}

import { Field, Select } from '@fluentui/react-components'
import {
  type PersonalRule,
  type PersonalRules,
  personalPlaces,
  personalRules,
} from '../../shared/domain/privacy/personal.ts'
import {
  everywhere,
  marksInWords,
  placeNames,
  ruleNames,
} from '../../shared/domain/privacy/personalRules.ts'
import styles from './PersonalFields.module.css'

/** Whether a column is personal, and what becomes of it where it is sent: everywhere the same, or by destination. */
export function PersonalFields({
  label,
  personal,
  onChange,
}: {
  label: string
  /** null: nobody has said that it is. */
  personal: PersonalRules | null
  onChange: (personal: PersonalRules | null) => void
}) {
  const words = personal === null ? 'no' : marksInWords(personal)
  const isSame = personal === null || personalRules.some((rule) => rule === words)
  return (
    <div className={styles.fields}>
      <Select
        size="small"
        aria-label={`Whether ${label} is personal`}
        value={isSame ? words : 'each'}
        onChange={(_, { value }) => {
          const rule = personalRules.find((one) => one === value)
          if (rule !== undefined) onChange(everywhere(rule))
          // Of what is kept in one place only it is seen that it is not the same everywhere.
          else onChange(value === 'no' ? null : { ...everywhere('tokenise'), 'built-in': 'keep' })
        }}
      >
        <option value="no">Not personal</option>
        {personalRules.map((rule) => (
          <option key={rule} value={rule}>
            Personal: {ruleNames[rule].toLowerCase()}
          </option>
        ))}
        <option value="each">Personal: by destination</option>
      </Select>
      {personal !== null && !isSame && (
        <div className={styles.places}>
          {personalPlaces.map((place) => (
            <Field key={place} label={placeNames[place]} size="small">
              <RuleSelect
                about={`${label}, ${placeNames[place]}`}
                rule={personal[place] ?? 'keep'}
                onChange={(rule) => onChange({ ...personal, [place]: rule })}
              />
            </Field>
          ))}
        </div>
      )}
    </div>
  )
}

function RuleSelect({
  about,
  rule,
  onChange,
}: {
  about: string
  rule: PersonalRule
  onChange: (rule: PersonalRule) => void
}) {
  return (
    <Select
      size="small"
      aria-label={about}
      value={rule}
      onChange={(_, { value }) => onChange(personalRules.find((one) => one === value) ?? 'keep')}
    >
      {personalRules.map((one) => (
        <option key={one} value={one}>
          {ruleNames[one]}
        </option>
      ))}
    </Select>
  )
}

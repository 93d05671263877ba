import { MessageBar, type MessageBarProps } from '@fluentui/react-components'

/** A bar without a title. The kit names every bar by its title, also where there is none to be found. */
export function PlainBar(props: MessageBarProps) {
  return <MessageBar {...props} aria-labelledby={undefined} />
}

import type { Field, SystemRecord } from './record.ts'

const url = {
  input: 'url',
  label: 'Airflow address',
  help: 'As it stands in the browser, without what follows the name.',
  example: 'https://airflow.contoso.com',
} as const satisfies Field

export const airflow = {
  name: 'airflow',
  title: 'Apache Airflow',
  sentence: 'Runs a DAG when the data has landed, and is watched to the end. Airflow 3.',
  canBe: ['trigger'],
  job: {
    label: 'DAG',
    help: 'Its id, as Airflow lists it; or an asset that has changed: asset:sales.',
  },
  parameters: true,
  address: ({ url: entered }) => (typeof entered === 'string' ? entered : null),
  kinds: {
    'airflow-password': {
      title: 'User and password',
      fields: {
        url,
        user: { input: 'text', label: 'User' },
        password: { input: 'text', label: 'Password', secret: true },
      },
    },
    'airflow-token': {
      title: 'Token',
      fields: {
        url,
        token: {
          input: 'text',
          label: 'Token',
          help: 'For hosted ones, which sign in elsewhere; it is sent as it is.',
          secret: true,
        },
      },
    },
  },
} as const satisfies SystemRecord

import type { Field, SystemRecord } from './record.ts'

const wholePath = {
  pattern: /^\//,
  wrong: 'The whole path of the folder, from the top.',
} as const

const folder = {
  input: 'text',
  label: 'Folder',
  help: 'Gets a folder for each run: what the job is given, its log, and what it says of its rows. This computer and Spark both see it.',
  example: '/srv/spark',
  shape: wholePath,
} as const satisfies Field

const conf = {
  input: 'lines',
  label: 'Settings of Spark',
  help: 'One in a line, such as spark.executor.memory=4g. No passwords: those belong into the settings of the cluster.',
  optional: true,
} as const satisfies Field

export const spark = {
  name: 'spark',
  title: 'Apache Spark',
  sentence:
    'Runs a job when the data has landed, is watched to the end, and says what became of the rows. Spark 4.',
  canBe: ['trigger'],
  job: {
    label: 'job',
    help: 'recipe, which cleans the records of the file there by the steps and the contract of the dataset; or a script (/jobs/load.py), or a jar with its class (/jobs/load.jar#com.contoso.Load).',
  },
  parameters: true,
  address: ({ url, master }) =>
    typeof url === 'string' ? url : typeof master === 'string' ? master : null,
  kinds: {
    'spark-submit': {
      title: 'spark-submit on this computer',
      fields: {
        master: {
          input: 'text',
          label: 'Master',
          help: 'Where it runs: local[2] on this computer, spark://HOST:7077, yarn, k8s://https://HOST. The driver runs here.',
          example: 'local[*]',
          default: 'local[*]',
        },
        folder,
        command: {
          input: 'text',
          label: 'spark-submit',
          help: 'Leave it empty to take that of SPARK_HOME, or the one that is found on the PATH.',
          example: '/opt/spark/bin/spark-submit',
          optional: true,
        },
        conf,
      },
    },
    'spark-livy': {
      title: 'Livy',
      fields: {
        url: {
          input: 'url',
          label: 'Livy address',
          example: 'https://livy.contoso.com:8998',
        },
        user: { input: 'text', label: 'User', optional: true },
        password: { input: 'text', label: 'Password', secret: true, optional: true },
        folder,
        folderThere: {
          input: 'text',
          label: 'Folder, as Spark calls it',
          help: 'Leave it empty where both have the same path for it.',
          example: '/mnt/spark',
          shape: wholePath,
          optional: true,
        },
        conf,
      },
    },
  },
} as const satisfies SystemRecord

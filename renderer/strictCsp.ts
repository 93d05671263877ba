import { config } from 'zod'

// zod compiles object checks with `new Function` where it may. The page's content security
// policy forbids that, and even zod's attempt to find out is reported as a violation. This
// module is the first import of the entry, so that it runs before any schema is built.
config({ jitless: true })

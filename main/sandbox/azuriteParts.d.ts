/** Azurite comes without types. What child.ts knows of its parts stands there. */
declare module 'azurite/dist/src/blob/*' {
  const module: { default: unknown }
  export default module
}

/** The platform's test modules, as far as the tests use them. */
declare module 'cloudflare:test' {}
declare module 'cloudflare:workers' {
  export const env: unknown;
  export const exports: unknown;
}

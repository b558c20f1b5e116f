/** The platform's test modules, as far as the tests use them. */
declare module 'cloudflare:test' {
  export function applyD1Migrations(db: never, migrations: never): Promise<void>;
}
declare module 'cloudflare:workers' {
  export const env: unknown;
  export const exports: unknown;
}

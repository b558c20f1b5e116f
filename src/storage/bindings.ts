/**
 * Owns the types of what the platform binds. Named one by one, because the platform's global types clash with
 * the browser's, and src/web shares code with the Worker.
 */
export type { D1Database, D1PreparedStatement, R2Bucket, RateLimit } from '@cloudflare/workers-types';

/** Static assets. */
export interface Assets {
  fetch(input: URL | Request): Promise<Response>;
}

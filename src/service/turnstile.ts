/**
 * Owns asking Turnstile's siteverify whether a form's token is good. The visitor's address is not passed on.
 * It refuses every token while siteverify cannot be asked: who configured the check wants it made.
 */
import type { Turnstile } from '../env.ts';

/** Longest token (Turnstile's own limit), and milliseconds to wait. */
const LONGEST = 2048;
const PATIENCE = 5000;

export async function verifyToken({ secret, url }: Turnstile, token: string, send: typeof fetch): Promise<boolean> {
  if (token === '' || token.length > LONGEST) return false;
  try {
    const body = JSON.stringify({ secret, response: token });
    const answer = await send(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(PATIENCE),
    });
    return ((await answer.json()) as { success?: unknown }).success === true;
  } catch (error) {
    console.error(
      JSON.stringify({ event: 'siteverify_failed', name: error instanceof Error ? error.name : 'unknown' }),
    );
    return false;
  }
}

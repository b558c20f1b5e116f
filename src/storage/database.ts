/**
 * What all of storage stands on: the types of what the platform binds (named one by one, because its global types clash
 * with the browser's), JSON in bound parameters, and the conditions under which a transaction may write.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types';
import { Refusal } from '../base/refusal.ts';
import { type FontSet, openFont } from '../formats/font/font.ts';

export type { D1Database, D1PreparedStatement, R2Bucket, RateLimit } from '@cloudflare/workers-types';

/** Static assets. */
export interface Assets {
  fetch(input: URL | Request): Promise<Response>;
}

/** Asks the database for nothing, to see that it answers. */
export const ping = async (db: D1Database): Promise<void> => void (await db.prepare('SELECT 1').first());

/** Bytes of JSON in one bound parameter; D1 takes strings of up to 2 MB. */
const PARAMETER_BYTES = 1_000_000;

/** Cuts a list into JSON arrays that each fit one bound parameter. */
export function jsonChunks(values: readonly unknown[]): string[] {
  const chunks: string[] = [];
  let parts: string[] = [];
  let size = 0;
  for (const value of values) {
    const text = JSON.stringify(value);
    // Three bytes a character at most: row text is mostly ASCII and common Chinese.
    if (size + text.length * 3 > PARAMETER_BYTES && parts.length > 0) {
      chunks.push(`[${parts.join(',')}]`);
      parts = [];
      size = 0;
    }
    parts.push(text);
    size += text.length * 3;
  }
  if (parts.length > 0) chunks.push(`[${parts.join(',')}]`);
  return chunks;
}

/** What whoever comes second is told. The codes are those of the checks that are made before. */
const MESSAGES = {
  batch_closed: 'The batch was ordered or returned at the same moment; look at it again.',
  client_of_other_organization:
    'The code was released at the same moment: the client key was named for the body that had it before.',
  client_reported: 'The organization has reported the key lost that signed this. Sign it with another one.',
  filing_replaced:
    'Another filing of this organization counts by now, or this one was withdrawn. Select under the newest.',
  issuing_key_unknown:
    'The code was released at the same moment; make a new issuing key with POST /v1/organizations/{code}/keys.',
  organization_suspended: 'A centre suspended this organization at the same moment; ask it what is to be put right.',
  step_out_of_order: 'Somebody else was quicker: this has moved on since you looked. Look again, then decide.',
} as const;

/** `withdrawal_came` is told to nobody: whoever wanted to write judges again, with the withdrawal (JudgeAgain). */
export type GuardCode = keyof typeof MESSAGES | 'withdrawal_came';

/**
 * A statement for a `batch()` that aborts it, with its code, unless a condition holds. It is asked inside the
 * transaction, so that of two acts at once one wins and the other is told; what was read before can be wrong by the
 * time of the write. It must stand before the writes that the condition is about.
 * @param condition SQL, true when the transaction may go on; `?1`, `?2` … are the values
 */
export const guard = (
  db: D1Database,
  code: GuardCode,
  condition: string,
  ...values: (string | number | null)[]
): D1PreparedStatement => db.prepare(`INSERT INTO guards (code, holds) SELECT '${code}', ${condition}`).bind(...values);

/** The refusal of the condition that aborted a transaction; undefined for other errors. */
export function guardRefusal(error: unknown): Refusal | undefined {
  const code = error instanceof Error ? /guard failed: (\w+)/.exec(error.message)?.[1] : undefined;
  return code !== undefined && Object.hasOwn(MESSAGES, code)
    ? new Refusal(code, MESSAGES[code as keyof typeof MESSAGES])
    : undefined;
}

/**
 * Thrown when something came after a judgement that it has to see: a withdrawal, or an event of a certificate that a
 * batch replaces.
 */
export class JudgeAgain extends Error {
  override readonly name = 'JudgeAgain';
}

/** Runs a transaction. @throws Refusal of the condition that does not hold, or JudgeAgain; then nothing was written */
export async function runGuarded(db: D1Database, statements: D1PreparedStatement[]): ReturnType<D1Database['batch']> {
  try {
    return await db.batch(statements);
  } catch (error) {
    if (error instanceof Error && /withdrawal_came/.test(error.message)) throw new JudgeAgain(error.message);
    throw guardRefusal(error) ?? error;
  }
}

// The static files that came with the deployment: the fonts, the browser code with its versions, and the style.

/** Where `npm run build` puts the fonts, and their names, in the order in which they are asked for a character. */
const FONTS_PATH = '/fonts/';
export const FONT_LIST = 'fonts.json';
/** File name → version, of the pages' files. */
export const VERSIONS = 'versions.json';
/** Part of the style → its text and the SHA-256 of that (base64), as a policy names it. */
export const STYLES = 'styles.json';

/** The host in the address is ignored by the assets binding. */
async function read(assets: Assets, path: string): Promise<Response> {
  const response = await assets.fetch(new URL(path, 'https://assets.invalid'));
  if (!response.ok) throw new Error(`${path} is not among the assets (${response.status}); run npm run build.`);
  return response;
}

export type Versions = Readonly<Record<string, string>>;

/** Versions of the files that the pages load. */
export const loadVersions = async (assets: Assets): Promise<Versions> =>
  (await (await read(assets, `/${VERSIONS}`)).json()) as Versions;

export type Styles = Readonly<Record<string, { css: string; sha256: string }>>;

/** The parts of the style, which pages hold in themselves. */
export const loadStyles = async (assets: Assets): Promise<Styles> =>
  (await (await read(assets, `/${STYLES}`)).json()) as Styles;

/** Reads all fonts. @throws Refusal `font_unusable` */
export async function loadFonts(assets: Assets): Promise<FontSet> {
  const names = (await (await read(assets, FONTS_PATH + FONT_LIST)).json()) as string[];
  const open = async (name: string) =>
    openFont(new Uint8Array(await (await read(assets, FONTS_PATH + name)).arrayBuffer()));
  const [first, ...others] = await Promise.all(names.map(open));
  if (!first) throw new Error(`${FONT_LIST} names no font.`);
  return [first, ...others];
}

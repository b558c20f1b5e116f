/**
 * What this browser keeps to check without a network: one snapshot of trust list and status lists, in the Cache API,
 * replaced whole and limited in size, and the service worker. Public data only; nothing scanned or opened is ever
 * kept.
 */
import { takeSnapshot } from '../../core/snapshot.ts';

const CACHE = 'luzheng-knowledge';
const KEY = '/.kept/trust.json';
/** Status lists that are kept, the newest first: those of about a million certificates. */
const LISTS = 32;
/** Characters of a snapshot. */
const LARGEST = 16_000_000;
/** Milliseconds to wait for one answer. */
const PATIENCE = 8_000;

/** Seconds after which a page that checks wants newer knowledge, and any other page. */
export const SOON = 600;
const DAILY = 86_400;

/** A request that gives up; throws without a network. */
export async function ask(path: string, patience = PATIENCE): Promise<Response> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  try {
    const response = await fetch(path, { cache: 'no-cache', signal: control.signal });
    // The body must come in time too.
    return new Response(await response.blob(), { status: response.status });
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing where the browser keeps nothing: an old one, a private window, a full disk. Then every page asks again. */
async function withStore<T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> {
  if (!('caches' in globalThis)) return undefined;
  try {
    return await work(await caches.open(CACHE));
  } catch (error) {
    console.info('nothing is kept here:', error);
    return undefined;
  }
}

/** The text of the snapshot that is kept. */
const keptText = (): Promise<string | undefined> => withStore(async (cache) => (await cache.match(KEY))?.text());

/** When a snapshot was taken, in milliseconds. */
const takenAt = (text: string): number => Date.parse((JSON.parse(text) as { kept_at?: string }).kept_at ?? '') || 0;

let asking: Promise<string | undefined> | undefined;

async function take(): Promise<string | undefined> {
  const taken = await takeSnapshot(
    async (path) => {
      const response = await ask(path);
      return response.ok ? response.text() : undefined;
    },
    LISTS,
    Math.floor(Date.now() / 1000),
  );
  if (!taken) return undefined;
  const text = JSON.stringify(taken);
  if (text.length <= LARGEST)
    await withStore((cache) => cache.put(KEY, new Response(text, { headers: { 'Content-Type': 'application/json' } })));
  return text;
}

/**
 * The snapshot as JSON: the kept one if it is younger than `age` seconds, else a new one, else the kept one however
 * old. Undefined when there is neither.
 */
export async function knowledge(age: number): Promise<unknown> {
  const kept = await keptText();
  if (kept !== undefined && Math.abs(Date.now() - takenAt(kept)) < age * 1000) return JSON.parse(kept);
  asking ??= take().finally(() => (asking = undefined));
  // No network, or none that answers: what is kept has to do.
  const taken = await asking.catch((error: unknown) => {
    console.info('no newer knowledge:', error);
    return undefined;
  });
  const text = taken ?? kept;
  return text === undefined ? undefined : JSON.parse(text);
}

const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

export function prepare(age = DAILY): void {
  navigator.serviceWorker
    ?.register('/sw.js')
    .catch((error: unknown) => console.info('offline pages are not kept:', error));
  if (!saving) void knowledge(age).catch((error: unknown) => console.info('offline knowledge is not kept:', error));
}

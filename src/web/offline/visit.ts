/**
 * Owns what every visit prepares for a time without a network: the service worker, and once a day newer knowledge.
 * It refuses to stand in the way: a browser that takes neither (a private window, an old one) works online as before.
 */
import { DAILY, knowledge } from '../check/knowledge.ts';

const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

export function prepare(age = DAILY): void {
  navigator.serviceWorker
    ?.register('/sw.js')
    .catch((error: unknown) => console.info('offline pages are not kept:', error));
  if (!saving) void knowledge(age).catch((error: unknown) => console.info('offline knowledge is not kept:', error));
}

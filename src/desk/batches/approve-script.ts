/**
 * Owns the approval of a batch at a centre's desk: every row is read, the root computed here from the rows alone and held
 * against what the page showed; then the centre's key signs, the province's with the city's approval inside.
 * It refuses to sign over other rows than those that were shown, over a photo that is not its row's, and for the province
 * before the city has approved. Photos that were not looked at are counted, and the approval says how many.
 */

import { isRefusal } from '../../base/refusal.ts';
import { filled } from '../../base/words.ts';
import { Reading, requireShown, type ShownRow } from '../../core/approved-rows.ts';
import { codeOf } from '../../core/filing.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import type { Approval, Filing } from '../../core/schema.ts';
import { signStatement, unverified } from '../../core/statement.ts';
import { one } from '../../web/frame/page-script.ts';
import { type Desk, register, type Work } from '../frame/actions.ts';
import { Trouble } from '../frame/key-file.ts';
import { BATCH_WORDS } from '../words/desk-words.ts';
import type { BatchView } from './batch-script.ts';
import { photosSeen, type Seen } from './photos-script.ts';

/** Seconds that an approval holds. */
const LIFETIME = 30 * 86_400;

/** What the page shows, by position: the words that the reviewer compared by eye. */
function shownHere(): Map<number, string[]> {
  return new Map(
    [...document.querySelectorAll<HTMLElement>('#view tr[data-position]')].map((line) => [
      Number(line.dataset.position),
      [...line.querySelectorAll('[data-cell]')].map((cell) => cell.textContent ?? ''),
    ]),
  );
}

/** Reads a batch to its last row. @returns its root, computed here, its filing, how many photos it has and how many of them nobody saw */
async function read(
  { call }: Desk,
  view: BatchView,
  work: Work,
  shown: ReadonlyMap<number, readonly string[]>,
  seen: Seen,
): Promise<{ root: string; filing: Filing; photos: number; unseen: number }> {
  const reading = new Reading();
  let filing: Filing | undefined;
  try {
    for (let after: string | null = ''; after !== null && reading.rows.length < view.count; ) {
      const page = (await (
        await call(`/v1/batches/${view.id}/rows?after=${after}`, { signal: work.signal })
      ).json()) as { filing: string; rows: ShownRow[]; next: string | null };
      filing ??= unverified<Filing>(page.filing).claims;
      reading.add(page.rows);
      after = page.rows.length === 0 ? null : page.next;
      work.progress(reading.rows.length, view.count);
    }
    const root = reading.root(view);
    requireShown(shown, reading.rows);
    if (!filing || codeOf(filing.sub) !== view.organization) throw new Trouble('root_differs');
    const differing = reading.rows.find(
      ({ position, photo_digest }) =>
        seen.differing.includes(position) || (seen.photos.get(position) ?? photo_digest) !== photo_digest,
    );
    if (differing) throw new Trouble('photo_altered', { row: String(differing.row) });
    const withPhoto = reading.rows.filter(({ photo_digest }) => photo_digest !== null);
    const unseen = withPhoto.filter(({ position }) => !seen.photos.has(position)).length;
    return { root, filing, photos: withPhoto.length, unseen };
  } catch (error) {
    if (isRefusal(error, 'rows_differ')) throw new Trouble('rows_differ', { row: String(error.facts.row) });
    if (isRefusal(error, 'root_differs')) throw new Trouble('root_differs');
    if (isRefusal(error)) throw new Trouble('rows_unreadable', { code: error.code });
    throw error;
  }
}

/** The approval of what was read. */
async function approve(desk: Desk, id: string, work: Work): Promise<BatchView> {
  const { call, signer, origin } = desk;
  const shown = shownHere();
  const view = (await (await call(`/v1/batches/${id}`, { signal: work.signal })).json()) as BatchView;
  const { root, filing, photos, unseen } = await read(desk, view, work, shown, photosSeen());
  if (unseen > 0 && !confirm(one(filled(BATCH_WORDS.photos_unseen, { photos, unseen }))))
    throw new Trouble('photos_unseen', { unseen: String(unseen) });
  if (view.filed_since !== undefined) throw new Trouble('filed_since', { centre: view.filed_since });
  const isInner = signer.subject === PROVINCE_CENTRE && filing.route === 'city';
  const city = isInner ? view.approvals.find(({ tier }) => tier === 'city')?.approval : undefined;
  if (isInner && city === undefined) throw new Trouble('city_first');
  const iat = Math.floor(Date.now() / 1000);
  const claims: Approval = {
    iss: signer.subject,
    sub: `org:${view.organization}`,
    aud: origin,
    batch: id,
    root,
    count: view.count,
    iat,
    nbf: iat,
    exp: iat + LIFETIME,
    jti: crypto.randomUUID(),
    ...(city === undefined ? {} : { city }),
    ...(photos === 0 ? {} : { photos_unseen: unseen }),
  };
  work.signal.throwIfAborted();
  await call(`/v1/batches/${id}/approvals`, {
    json: { approval: await signStatement('approval+jwt', claims, signer.key, signer.kid) },
  });
  return view;
}

register('approve-batch', async (desk, button) => {
  const id = button.dataset.batch as string;
  const work = desk.begin(BATCH_WORDS.approving);
  try {
    const { count } = await approve(desk, id, work);
    desk.go(`#/batches/${id}`);
    desk.say(filled(BATCH_WORDS.approved, { count }));
  } finally {
    work.end();
  }
});

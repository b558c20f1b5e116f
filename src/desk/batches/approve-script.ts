/**
 * The approval of a batch at a centre's desk: every row is read, the root computed here and held against what the page
 * showed; then the centre's key signs. Photos that were not looked at are counted, and the approval says how many.
 */

import { isRefusal } from '../../base/refusal.ts';
import { filled } from '../../base/words.ts';
import { requireShown } from '../../core/approved-rows.ts';
import { readBatch, type Seen, sendApproval } from '../../sdk/batch.ts';
import { one } from '../../web/frame/page-script.ts';
import { type Desk, register, type Work } from '../frame/actions.ts';
import { Trouble } from '../frame/key-file.ts';
import { BATCH_WORDS } from '../words/desk-words.ts';
import { type Seen as PhotosSeen, photosSeen } from './photos-script.ts';

/** What the page shows, by position: the words that the reviewer compared by eye. */
function shownHere(): Map<number, string[]> {
  return new Map(
    [...document.querySelectorAll<HTMLElement>('#view tr[data-position]')].map((line) => [
      Number(line.dataset.position),
      [...line.querySelectorAll('[data-cell]')].map((cell) => cell.textContent ?? ''),
    ]),
  );
}

/** What is signed is what the page showed. @returns photos of the batch, and how many of them nobody looked at */
function comparePage(
  rows: Seen['rows'],
  shown: ReadonlyMap<number, readonly string[]>,
  seen: PhotosSeen,
): { photos: number; unseen: number } {
  requireShown(shown, rows);
  const differing = rows.find(
    ({ position, photo_digest }) =>
      seen.differing.includes(position) || (seen.photos.get(position) ?? photo_digest) !== photo_digest,
  );
  if (differing) throw new Trouble('photo_altered', { row: String(differing.row) });
  const withPhoto = rows.filter(({ photo_digest }) => photo_digest !== null);
  return { photos: withPhoto.length, unseen: withPhoto.filter(({ position }) => !seen.photos.has(position)).length };
}

/** Reads a batch to its last row. @throws Trouble `rows_unreadable`, and what readBatch throws */
async function read({ caller }: Desk, id: string, work: Work): Promise<Seen> {
  try {
    return await readBatch(caller, id, work);
  } catch (error) {
    if (!isRefusal(error) || error.code === 'rows_differ' || error.code === 'root_differs') throw error;
    throw new Trouble('rows_unreadable', { code: error.code });
  }
}

/** The approval of what was read. @returns how many rows it is about */
async function approve(desk: Desk, id: string, work: Work): Promise<number> {
  const shown = shownHere();
  const seen = await read(desk, id, work);
  const { photos, unseen } = comparePage(seen.rows, shown, photosSeen());
  if (unseen > 0 && !confirm(one(filled(BATCH_WORDS.photos_unseen, { photos, unseen }))))
    throw new Trouble('photos_unseen', { unseen: String(unseen) });
  work.signal.throwIfAborted();
  await sendApproval(desk.caller, seen, photos === 0 ? undefined : unseen);
  return seen.ref.count;
}

register('approve-batch', async (desk, button) => {
  const id = button.dataset.batch as string;
  const work = desk.begin(BATCH_WORDS.approving);
  try {
    const count = await approve(desk, id, work);
    desk.go(`#/batches/${id}`);
    desk.say(filled(BATCH_WORDS.approved, { count }));
  } finally {
    work.end();
  }
});

/**
 * The approval of a batch at a centre's desk, over every row as it was read and shown here, and the photos of its
 * rows: each is read when its row comes into sight and compared with the digest that the row discloses. The approval
 * says how many photos were not looked at.
 */
import { isRefusal } from '../../base/refusal.ts';
import { filled } from '../../base/words.ts';
import { requireShown } from '../../core/approved-rows.ts';
import { photoType } from '../../core/rows/row-photos.ts';
import { readBatch, type Seen, sendApproval } from '../../sdk/batch.ts';
import { photoOf } from '../../sdk/fetch-certificates.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { type Desk, onShow, register, type Work } from '../frame/actions.ts';
import { Trouble } from '../frame/desk-call.ts';
import { BATCH_WORDS, PHOTO_WORDS } from '../words/desk-words.ts';

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

/** Photos that are read at once. */
const TOGETHER = 4;

/** By cell: the digest of the bytes that it shows. What the page itself says is not trusted. */
const shown = new WeakMap<Element, string>();
const differing = new WeakSet<Element>();

const cellsHere = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#view td[data-photo]')];
const positionOf = (cell: Element): number => Number(cell.closest<HTMLElement>('tr')?.dataset.position);

interface PhotosSeen {
  /** By position: the digest of the photo that was shown. */
  photos: ReadonlyMap<number, string>;
  /** Positions of rows whose photo is not the one that its digest says. */
  differing: readonly number[];
}

/** What of the photos on the page was shown. */
const photosSeen = (): PhotosSeen => ({
  photos: new Map(
    cellsHere().flatMap((cell) => (shown.has(cell) ? [[positionOf(cell), shown.get(cell) as string]] : [])),
  ),
  differing: cellsHere()
    .filter((cell) => differing.has(cell))
    .map(positionOf),
});

/** Base64 of bytes, a stretch at a time: the policy of the page allows images of its own host and `data:`. */
function dataUrl(type: string, bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return `data:${type};base64,${btoa(text)}`;
}

async function load({ caller }: Desk, batch: string, cell: HTMLElement): Promise<void> {
  const { bytes, digest } = await photoOf(caller, batch, positionOf(cell));
  if (digest !== cell.dataset.photo) {
    differing.add(cell);
    cell.replaceChildren(make('p', { class: 'fault' }, both(PHOTO_WORDS.differs)));
    return;
  }
  const image = make('img', {
    src: dataUrl(photoType(bytes), bytes),
    alt: one(filled(PHOTO_WORDS.of_row, { row: positionOf(cell) + 1 })),
  });
  cell.replaceChildren(image);
  await image.decode();
  shown.set(cell, digest);
}

onShow('[data-photos]', (desk, list) => {
  const batch = list.dataset.photos as string;
  const waiting: HTMLElement[] = [];
  let running = 0;
  const next = (): void => {
    const cell = running < TOGETHER ? waiting.shift() : undefined;
    if (!cell) return;
    running++;
    void load(desk, batch, cell)
      .catch(() => {
        const again = make('button', { type: 'button', class: 'second small' }, both(PHOTO_WORDS.again));
        again.addEventListener('click', () => ask(cell));
        cell.replaceChildren(make('p', { class: 'fault' }, both(PHOTO_WORDS.failed)), again);
      })
      .finally(() => {
        running--;
        next();
      });
    next();
  };
  const ask = (cell: HTMLElement): void => {
    waiting.push(cell);
    next();
  };
  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      ask(target as HTMLElement);
    }
  });
  const watch = (within: ParentNode): void =>
    within.querySelectorAll('td[data-photo]').forEach((cell) => sight.observe(cell));
  watch(list);
  // Further pages of the list (lists.ts).
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof HTMLTableRowElement) watch(node);
  }).observe(list.querySelector('tbody') as HTMLElement, { childList: true });
});

/**
 * The photos of a batch's rows at a centre's desk: each is read when its row comes into sight, its bytes held against the
 * digest that the row discloses, and shown beside name and number. What is signed later asks here what was seen.
 */
import { filled } from '../../base/words.ts';
import { photoType } from '../../core/photo.ts';
import { photoOf } from '../../sdk/fetch-certificates.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { type Desk, onShow } from '../frame/actions.ts';
import { PHOTO_WORDS } from '../words/desk-words.ts';

/** Photos that are read at once. */
const TOGETHER = 4;

/** By cell: the digest of the bytes that it shows. What the page itself says is not trusted. */
const shown = new WeakMap<Element, string>();
const differing = new WeakSet<Element>();

const cellsHere = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#view td[data-photo]')];
const positionOf = (cell: Element): number => Number(cell.closest<HTMLElement>('tr')?.dataset.position);

export interface Seen {
  /** By position: the digest of the photo that was shown. */
  photos: ReadonlyMap<number, string>;
  /** Positions of rows whose photo is not the one that its digest says. */
  differing: readonly number[];
}

/** What of the photos on the page was shown. */
export const photosSeen = (): Seen => ({
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

/**
 * Draws at a centre's desk: the form that fixes one, with the seed made here and kept in IndexedDB or as a file
 * before anything is sent; the seed brought back for its publication; and the draw computed here without publishing
 * it.
 */

import type { IDBPDatabase } from 'idb';
import { shanghaiDay } from '../../base/day.ts';
import { isRefusal, type Refusal } from '../../base/refusal.ts';
import { filled, split, together, type Words } from '../../base/words.ts';
import {
  type CandidateSession,
  checkLists,
  type DrawCommit,
  type Inspector,
  sessionId,
} from '../../core/procedure/draw.ts';
import { type DrawRecord, drawOf } from '../../core/procedure/draw-record.ts';
import {
  canonicalValue,
  type LotteryName,
  newSeed,
  readSeedFile,
  requireAhead,
  type SeedFile,
  seedFileName,
  seedText,
} from '../../core/procedure/draw-seed.ts';
import { type InspectorFault, readInspectorText } from '../../core/procedure/name-lists.ts';
import { both, download, make } from '../../web/frame/page-script.ts';
import { inDatabase, nothingKept, Trouble } from '../frame/desk-call.ts';
import { type Desk, onShow, register } from '../frame/desk-script.ts';
import { type Part, providePart } from '../frame/form-body.ts';
import { draftPart } from '../frame/form-parts.ts';
import { beforeSend, type Fault, judgeBefore, markField } from '../frame/step-forms.ts';
import { DRAW_DESK, IMPOSSIBLE, INSPECTOR_FIELDS } from '../words/form-words.ts';

/** Of a view that is shown: its seed, whether made here or brought back. */
const seeds = new WeakMap<Element, KeptSeed>();
/** Forms whose seed was saved as a file. */
const saved = new WeakSet<Element>();

/** Several faults in one sentence of each language. */
function inOne(faults: readonly { message: string }[]): string {
  const all = faults.slice(0, 20).map(({ message }) => split(message));
  return together({ zh: all.map(({ zh }) => zh).join('；'), en: all.map(({ en }) => en).join('; ') });
}

/** A part that is one field: its faults stand beside it. */
const partOf = (field: HTMLElement, value: () => unknown, more: Partial<Part> = {}): Part => ({
  value,
  show: (faults) => markField(field, inOne(faults)),
  ...more,
});

function showSessions(form: HTMLFormElement, box: HTMLElement): void {
  const ticks = [...box.querySelectorAll<HTMLInputElement>('input[data-session]')];
  const readOf = (tick: HTMLInputElement) => JSON.parse(tick.dataset.session as string) as CandidateSession;
  const left = new Set((draftPart(form, 'sessions') ?? []) as string[]);
  for (const tick of ticks) if (left.has(sessionId(readOf(tick)))) tick.checked = false;
  const count = (): void =>
    box
      .querySelector('[data-ticked]')
      ?.replaceChildren(
        both(filled(DRAW_DESK.ticked, { count: ticks.filter(({ checked }) => checked).length, all: ticks.length })),
      );
  box.addEventListener('change', count);
  // Return in the filter is no signature.
  box.addEventListener('keydown', (event) => {
    if ((event as KeyboardEvent).key === 'Enter' && (event.target as HTMLElement).matches('input'))
      event.preventDefault();
  });
  count();
  const faults = () =>
    ticks.some(({ checked }) => checked) ? [] : [{ path: '', message: together(DRAW_DESK.none_ticked) }];
  const show = (told: readonly { message: string }[]): HTMLElement => {
    box.querySelector('[data-ticked]')?.after(make('p', { class: 'fault', 'data-made': '' }, both(split(inOne(told)))));
    return box;
  };
  providePart(form, 'sessions', {
    value: () => ticks.filter(({ checked }) => checked).map(readOf),
    faults,
    show,
    draft: () => ticks.filter(({ checked }) => !checked).map((tick) => sessionId(readOf(tick))),
  });
}

function showInspectors(form: HTMLFormElement, area: HTMLTextAreaElement): void {
  const kept = draftPart(form, 'inspectors');
  if (typeof kept === 'string') area.value = kept;
  const read = (): { inspectors: Inspector[]; faults: { path: string; message: string }[] } => {
    try {
      const { inspectors, faults } = readInspectorText(area.value);
      return {
        inspectors,
        faults:
          inspectors.length + faults.length === 0
            ? [{ path: '', message: together(DRAW_DESK.inspectors_missing) }]
            : faults.map(lineFault),
      };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { inspectors: [], faults: [{ path: '', message: error.message }] };
    }
  };
  providePart(
    form,
    'inspectors',
    partOf(area, () => read().inspectors, { faults: () => read().faults, draft: () => area.value }),
  );
}

function lineFault({ row, field, message }: InspectorFault): { path: string; message: string } {
  const words = INSPECTOR_FIELDS[field] ?? { zh: field, en: field };
  const { zh, en } = split(message);
  const { zh: before } = filled(DRAW_DESK.inspector_line, { row, field: words.zh, message: zh });
  return {
    path: '',
    message: `${before} / ${filled(DRAW_DESK.inspector_line, { row, field: words.en, message: en }).en}`,
  };
}

onShow('form[data-step="draw.commit"]', (_, element) => {
  const form = element as HTMLFormElement;
  const box = form.querySelector<HTMLElement>('[data-draw-sessions]');
  const area = form.querySelector<HTMLTextAreaElement>('textarea[data-inspectors]');
  if (!box || !area) return;
  const seed = newSeed(crypto.getRandomValues(new Uint8Array(32)));
  seeds.set(form, seed);
  form.querySelector('[data-commitment-here]')?.replaceChildren(seed.commitment);
  providePart(form, 'commitment', { value: () => seed.commitment });
  showInspectors(form, area);
  showSessions(form, box);
});

/** A refusal of the core as a fault of the form. */
function faultOf({ facts, message }: Refusal): Fault {
  const { part = '', organization } = facts as { part?: string; organization?: string };
  const words = IMPOSSIBLE[organization === undefined ? part : 'organization'];
  return { path: part, message: words ? together(filled(words, { organization: organization ?? '' })) : message };
}

judgeBefore('draw.commit', (body) => {
  const commit = body as unknown as DrawCommit;
  const faults: Fault[] = [];
  for (const check of [
    () => checkLists(commit),
    () => requireAhead(commit.public_source, shanghaiDay(Math.floor(Date.now() / 1000)), commit.sessions),
  ]) {
    try {
      check();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      faults.push(faultOf(error));
    }
  }
  return faults;
});

beforeSend('draw.commit', async (form, { about, body }) => {
  const seed: KeptSeed = { ...(seeds.get(form) as KeptSeed), about, title: String(body.title) };
  seeds.set(form, seed);
  try {
    await keepSeed(seed);
  } catch (error) {
    // A file will do; without either the draw could never be published.
    if (!saved.has(form))
      throw new Trouble('seed_unkept', { code: error instanceof DOMException ? error.name : 'unexpected' });
  }
});

register('save-seed', async (desk, button) => {
  const owner = button.closest('[data-seed], form');
  const seed = owner && seeds.get(owner);
  if (!owner || !seed) return;
  saveSeed(seed);
  saved.add(owner);
  desk.say(DRAW_DESK.saved);
});

onShow('[data-seed]', async (desk, box) => {
  const commitment = box.dataset.seed as string;
  const state = box.querySelector<HTMLElement>('[data-seed-state]');
  const input = box.querySelector<HTMLInputElement>('input[type=file]');
  const form = box.closest('form');
  if (!state || !input || !form) return;
  const have = (seed: KeptSeed, words: Words): void => {
    seeds.set(box, seed);
    state.replaceChildren(both(words));
    const save = box.querySelector<HTMLElement>('[data-action="save-seed"]');
    if (save) save.hidden = false;
  };
  // A browser that keeps nothing has nothing: the file helps out.
  const kept = await keptSeed(commitment).catch(nothingKept);
  if (kept) have(kept, DRAW_DESK.have_seed);
  else state.replaceChildren(both(DRAW_DESK.no_seed));
  const take = async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    try {
      have(readSeedFile(await file.text(), commitment), DRAW_DESK.file_seed);
    } catch (error) {
      desk.fail(isRefusal(error) ? new Trouble(error.code) : error);
      input.value = '';
    }
  };
  input.addEventListener('change', () => void take());
  const seed = () => seeds.get(box)?.seed;
  providePart(
    form,
    'seed',
    partOf(input, seed, {
      faults: () => (seed() === undefined ? [{ path: '', message: together(DRAW_DESK.no_seed_fault) }] : []),
    }),
  );
});

/** The numbers of a field in their one spelling; as they were typed where they are none of this lottery. */
function typedValue(field: HTMLInputElement): { value: string; faults: { path: string; message: string }[] } {
  try {
    return { value: canonicalValue(field.dataset.publicValue as LotteryName, field.value), faults: [] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { value: field.value, faults: [{ path: '', message: together(DRAW_DESK.value_wrong) }] };
  }
}

onShow('input[data-public-value]', (_, element) => {
  const field = element as HTMLInputElement;
  if (field.form)
    providePart(
      field.form,
      'public_value',
      partOf(field, () => typedValue(field).value, { faults: () => typedValue(field).faults }),
    );
});

/** After a draw is revealed its seed is everybody's. */
beforeSend('draw.reveal', async (form) => {
  const box = form.querySelector<HTMLElement>('[data-seed]');
  return async () => {
    await forgetSeed(box?.dataset.seed as string).catch(nothingKept);
  };
});

async function computeHere({ caller }: Desk, form: HTMLFormElement, about: string): Promise<HTMLElement[]> {
  const seed = seeds.get(form.querySelector('[data-seed]') as Element)?.seed;
  if (seed === undefined) throw new Trouble('seed_missing');
  const field = form.querySelector<HTMLInputElement>('input[data-public-value]') as HTMLInputElement;
  const { value, faults } = typedValue(field);
  if (faults.length > 0) throw new Trouble('public_value_malformed');
  const { committed } = await caller.get<DrawRecord>(`/v1/draws/${about.slice('draw:'.length)}`);
  return drawOf(committed.body, { seed, public_value: value }).map(({ name, date, label, inspectors }) =>
    make('li', {}, `${date} ${name} ${label}：${inspectors.map((one) => `${one.name}（${one.id}）`).join('、')}`),
  );
}

register('draw-here', async (desk, button) => {
  const form = button.closest('form') as HTMLFormElement;
  const place = form.querySelector<HTMLElement>('[data-drawn-here]') as HTMLElement;
  place.replaceChildren();
  const lines = await computeHere(desk, form, button.dataset.about as string);
  place.replaceChildren(make('h3', {}, both(DRAW_DESK.here)), make('ol', {}, ...lines));
  desk.say(DRAW_DESK.computed);
  place.focus();
});

const NAME = 'luzheng-draws';
const STORE = 'seeds';

type KeptSeed = Omit<SeedFile, 'rule'>;

const inSeeds = <T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> =>
  inDatabase(NAME, STORE, 'commitment', work);

/** Keeps a seed, and asks the browser to leave it alone when it is short of space; it may say no. */
async function keepSeed(seed: KeptSeed): Promise<void> {
  await inSeeds((database) => database.put(STORE, seed));
  await navigator.storage?.persist?.().catch(() => false);
}

/** The seed of a commitment, where this browser has it. */
const keptSeed = (commitment: string): Promise<KeptSeed | undefined> =>
  inSeeds((database) => database.get(STORE, commitment) as Promise<KeptSeed | undefined>);

const forgetSeed = (commitment: string): Promise<void> => inSeeds((database) => database.delete(STORE, commitment));

/** Offers the file. */
const saveSeed = (seed: KeptSeed): void => download(seedFileName(seed.commitment), 'application/json', seedText(seed));

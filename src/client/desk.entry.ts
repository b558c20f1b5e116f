/**
 * Owns the desk in the browser: from the key file to the batches to saved certificates. The sentences stand in the
 * page's templates, and what comes from files and answers is only ever written as text.
 * It refuses two downloads at once, and to keep the key anywhere but in this page's memory.
 */
import { shanghaiDay, toTimestamp } from '../life/calendar.ts';
import { PART } from '../life/parts.ts';
import { shanghaiClock } from '../pages/words.ts';
import { callWith, troubleOf, type Call } from './call.ts';
import { KEY_FILE_BYTES, readKey, Trouble } from './key.ts';
import { partsOf, picker, savePart, saveWhole, type Batch, type Watch } from './save.ts';

interface Listed extends Batch {
  state: string;
  created_at: number;
}

const get = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Writes texts into the places that bear their names. */
function fill(root: ParentNode, words: Record<string, string | number>): void {
  for (const place of root.querySelectorAll<HTMLElement>('[data-fill]')) {
    const text = words[place.dataset['fill'] as string];
    if (text !== undefined) place.textContent = String(text);
  }
}

const copyOf = (selector: string): DocumentFragment | undefined => document.querySelector<HTMLTemplateElement>(`template${selector}`)?.content.cloneNode(true) as DocumentFragment | undefined;

/** Says one of the page's sentences; nothing without a code. */
function say(code?: string, words: Record<string, string | number> = {}): void {
  const content = code === undefined ? undefined : copyOf(`[data-say="${code}"]`);
  if (content) fill(content, words);
  get('say').replaceChildren(...(content ? [content] : []));
}

function tell(error: unknown): void {
  const { code, words } = troubleOf(error);
  say(code, words);
}

let call: Call | undefined;
/** While a download runs: how to stop it. */
let stop: AbortController | undefined;
/** By batch: the archive to begin with. */
const begin = new Map<string, number>();

function show(hasKey: boolean): void {
  get('choose').hidden = hasKey;
  for (const id of ['who', 'batches']) get(id).hidden = !hasKey;
}

async function choose(file: File | undefined): Promise<void> {
  if (!file || stop) return;
  say();
  try {
    if (file.size > KEY_FILE_BYTES) throw new Trouble('key_unreadable');
    const key = await readKey(await file.text(), Math.floor(Date.now() / 1000));
    call = callWith(key, get('who').dataset['origin'] as string);
    await list();
    fill(get('who'), { organization: key.organization, until: shanghaiDay(key.expires) });
    show(true);
    get('batches-title').focus();
  } catch (error) {
    call = undefined;
    tell(error);
  } finally {
    // The same file can be chosen again.
    get<HTMLInputElement>('key-file').value = '';
  }
}

function forget(): void {
  call = undefined;
  begin.clear();
  show(false);
  get('batches').querySelector('ul')?.replaceChildren();
  say('forgotten');
  get('key-file').focus();
}

async function list(): Promise<void> {
  const { batches } = (await (await (call as Call)('/v1/batches')).json()) as { batches: Listed[] };
  get('none').hidden = batches.length > 0;
  get('batches').querySelector('ul')?.replaceChildren(...batches.map(itemOf));
}

function itemOf(batch: Listed): DocumentFragment {
  const item = copyOf('#batch') as DocumentFragment;
  const { zh, en } = document.querySelector<HTMLElement>(`template[data-state="${CSS.escape(batch.state)}"]`)?.dataset ?? {};
  const parts = partsOf(batch);
  fill(item, { day: shanghaiClock(toTimestamp(batch.created_at)), count: batch.count, state: zh ?? batch.state, state_en: en ?? batch.state, id: batch.id, parts });
  if (batch.state !== 'issued') return item;
  (item.querySelector('.get') as HTMLElement).hidden = false;
  const from = item.querySelector('input') as HTMLInputElement;
  from.max = String(parts);
  from.value = String(begin.get(batch.id) ?? 1);
  (item.querySelector('.from') as HTMLElement).hidden = parts === 1 || picker() !== undefined;
  item.querySelector('button')?.addEventListener('click', () => void save(batch, from));
  return item;
}

/** What the download tells, and asks when it is stuck. */
function watch({ count }: Batch, signal: AbortSignal): Watch {
  const bar = get<HTMLProgressElement>('bar');
  const at = (done: number) => {
    bar.max = count;
    bar.value = done;
    bar.setAttribute('aria-valuetext', `${done} / ${count}`);
    fill(get('work'), { done });
  };
  const stuck = (error: unknown) =>
    new Promise<void>((resolve, reject) => {
      const button = get<HTMLButtonElement>('go-on');
      const decide = (decision: () => void) => () => {
        button.hidden = true;
        button.onclick = null;
        say();
        decision();
      };
      tell(error);
      button.hidden = false;
      button.focus();
      button.onclick = decide(resolve);
      signal.addEventListener('abort', decide(() => reject(error)), { once: true });
    });
  return { signal, at, stuck };
}

async function save(batch: Batch, from: HTMLInputElement): Promise<void> {
  if (!call || stop) return;
  say();
  const parts = partsOf(batch);
  const pick = picker();
  const name = `${batch.id}.zip`;
  const first = Math.min(parts, Math.max(1, Math.floor(Number(from.value)) || 1));
  const stopping = new AbortController();
  stop = stopping;
  try {
    const file = await pick?.({ suggestedName: name, types: [{ accept: { 'application/zip': ['.zip'] } }] });
    const watching = watch(batch, stopping.signal);
    fill(get('work'), { id: batch.id, count: batch.count, parts });
    watching.at(file ? 0 : (first - 1) * PART);
    get('in-parts').hidden = file !== undefined || parts === 1;
    lock(true);
    get('work-title').focus();
    if (file) await saveWhole(call, batch, file, watching);
    for (let part = first; !file && part <= parts; part++) {
      fill(get('work'), { part });
      await savePart(call, batch, part, watching);
      begin.set(batch.id, part + 1);
      from.value = String(Math.min(parts, part + 1));
    }
    begin.delete(batch.id);
    from.value = '1';
    if (file || parts === 1) say('saved', { count: batch.count, name: file?.name ?? name });
    else say('saved_parts', { count: batch.count - (first - 1) * PART, parts: parts - first + 1 });
  } catch (error) {
    if (stopping.signal.aborted) say('cancelled');
    else tell(error);
  } finally {
    stop = undefined;
    lock(false);
  }
}

/** Nothing else can be begun while a download runs. */
function lock(running: boolean): void {
  get('work').hidden = !running;
  for (const button of document.querySelectorAll<HTMLButtonElement>('#who button, #batches button')) button.disabled = running;
  if (!running) get('batches-title').focus();
}

get<HTMLInputElement>('key-file').addEventListener('change', (event) => void choose((event.target as HTMLInputElement).files?.[0]));
get('forget').addEventListener('click', forget);
get('reload').addEventListener('click', () => {
  say();
  list().catch(tell);
});
get('cancel').addEventListener('click', () => stop?.abort());
// A file dropped beside the field would otherwise be opened in place of the page.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  if (!call) void choose(event.dataTransfer?.files[0]);
});
addEventListener('beforeunload', (event) => {
  if (stop) event.preventDefault();
});

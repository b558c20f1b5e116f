/**
 * Owns batches at the desk: the root computed here from the rows that the service shows, the order to issue signed with
 * it, and a batch's certificates saved as ZIP.
 * It refuses to sign over rows whose root, disclosures or masked names are not what the service says they are.
 */

import { filled } from '../../base/words.ts';
import { leafText, type RowFacts, rootOfTexts } from '../../core/approved-rows.ts';
import { type Holder, readDisclosures } from '../../core/disclose.ts';
import { maskName } from '../../core/name.ts';
import { signStatement } from '../../core/statement.ts';
import { PART } from '../../sdk/archive-parts.ts';
import { type Desk, register, type Work } from '../frame/actions.ts';
import { Trouble } from '../frame/key-file.ts';
import { BATCH_WORDS, ENDS } from '../words/desk-words.ts';
import { partsOf, picker, savePart, saveWhole } from './save-archive.ts';

export interface BatchView {
  id: string;
  organization: string;
  count: number;
  root: string;
  state: string;
  issued: number;
  /** Another centre that has filed the organization since the upload. */
  filed_since?: string;
  approvals: { tier: 'city' | 'province'; iss: string; jti: string; approval: string }[];
}

interface SeenRow extends RowFacts, Holder {
  row: number;
  position: number;
  score_theory: number;
  score_practice: number;
}

/** A batch whose rows were read, and whose root was computed from them in this browser. */
export interface Seen {
  view: BatchView;
  /** The `filing+jwt` under which it was uploaded. */
  filing: string;
  rows: SeenRow[];
}

type GivenRow = RowFacts & {
  row: number;
  position: number;
  disclosures: string[];
  score_theory: number;
  score_practice: number;
};

/** Reads all rows of a batch and computes its root. @throws Trouble `root_differs`, `rows_differ` */
export async function seeBatch(
  { call }: Pick<Desk, 'call'>,
  id: string,
  at: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Seen> {
  const ask = signal ? { signal } : {};
  const view = (await (await call(`/v1/batches/${id}`, ask)).json()) as BatchView;
  const rows: SeenRow[] = [];
  const texts: string[] = [];
  let filing = '';
  for (let after: string | null = ''; after !== null && rows.length < view.count; ) {
    const page = (await (await call(`/v1/batches/${id}/rows?after=${after}`, ask)).json()) as {
      filing: string;
      rows: GivenRow[];
      next: string | null;
    };
    filing ||= page.filing;
    after = page.rows.length === 0 ? null : page.next;
    for (const row of page.rows) {
      const { holder } = readDisclosures(row.disclosures, row.sd);
      const { name, id_type, id_number, photo_digest } = holder;
      if (
        row.position !== rows.length ||
        row.disclosures.length !== row.sd.length ||
        name === undefined ||
        id_type === undefined ||
        id_number === undefined ||
        photo_digest === undefined ||
        maskName(name) !== row.masked_name
      ) {
        throw new Trouble('rows_differ', { row: String(row.row) });
      }
      texts.push(leafText(row));
      rows.push({ ...row, name, id_type, id_number, photo_digest });
    }
    at(rows.length, view.count);
  }
  if (rows.length !== view.count || rootOfTexts(texts) !== view.root) throw new Trouble('root_differs');
  return { view, filing, rows };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Orders and issues; asks again while the service is not through. */
async function issue(desk: Desk, id: string, work: Work): Promise<number> {
  const { call, signer, origin } = desk;
  const { view } = await seeBatch(desk, id, work.progress, work.signal);
  const approval = view.approvals.find(({ tier }) => tier === 'province');
  if (!approval) throw new Trouble('not_approved');
  const order = await signStatement(
    'issue+jwt',
    {
      iss: signer.subject,
      sub: signer.subject,
      aud: origin,
      batch: id,
      root: view.root,
      approval: approval.jti,
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
    },
    signer.key,
    signer.kid,
  );
  work.progress(0, view.count);
  const watch = setInterval(
    () =>
      void call(`/v1/batches/${id}`).then(
        async (answer) => work.progress(((await answer.json()) as BatchView).issued, view.count),
        () => undefined,
      ),
    1500,
  );
  try {
    for (let turn = 0; ; turn++) {
      work.signal.throwIfAborted();
      const done = (await (
        await call(`/v1/batches/${id}/issue`, { json: { approval: approval.approval, order } })
      ).json()) as { state: string; issued: number };
      if (done.state === 'issued') return view.count;
      work.progress(done.issued, view.count);
      await pause(Math.min(5000, 500 * (turn + 1)));
    }
  } finally {
    clearInterval(watch);
  }
}

register('issue-batch', async (desk, button) => {
  const id = button.dataset.batch as string;
  const work = desk.begin(BATCH_WORDS.issuing);
  try {
    const count = await issue(desk, id, work);
    desk.go(`#/batches/${id}`);
    desk.say(filled(BATCH_WORDS.issued, { count }));
  } finally {
    work.end();
  }
});

/** By batch: the archive to begin with, after some were saved. */
const begin = new Map<string, number>();

register('download-batch', async (desk, button) => {
  const { batch: id = '', count: text } = button.dataset;
  const batch = { id, count: Number(text) };
  const parts = partsOf(batch);
  const field = document.querySelector<HTMLInputElement>('#from-part');
  const first = Math.min(parts, Math.max(1, Math.floor(Number(field?.value ?? begin.get(id) ?? 1)) || 1));
  const file = await picker()?.({ suggestedName: `${id}.zip`, types: [{ accept: { 'application/zip': ['.zip'] } }] });
  const work = desk.begin(
    file || parts === 1 ? BATCH_WORDS.downloading : filled(BATCH_WORDS.downloading_parts, { parts }),
  );
  const watch = { signal: work.signal, at: (done: number) => work.progress(done, batch.count), stuck: work.stuck };
  try {
    watch.at(file ? 0 : (first - 1) * PART);
    if (file) await saveWhole(desk.call, batch, file, watch);
    for (let part = first; !file && part <= parts; part++) {
      await savePart(desk.call, batch, part, watch);
      begin.set(id, part + 1);
      if (field) field.value = String(Math.min(parts, part + 1));
    }
    begin.delete(id);
    if (field) field.value = '1';
    desk.say(
      file || parts === 1
        ? filled(ENDS.saved, { count: batch.count, name: file?.name ?? `${id}.zip` })
        : filled(ENDS.saved_parts, { count: batch.count - (first - 1) * PART, parts: parts - first + 1 }),
    );
  } catch (error) {
    // What the person stopped is no accident.
    if (!work.signal.aborted) throw error;
    desk.fail(new Trouble('cancelled'));
  } finally {
    work.end();
  }
});

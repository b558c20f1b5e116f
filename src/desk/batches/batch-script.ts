/** Batches at the desk: the order to issue, signed over what was read here, and a batch's certificates saved as ZIP. */
import { filled } from '../../base/words.ts';
import { issueBatch, readBatch } from '../../sdk/batch.ts';
import { PART } from '../../sdk/fetch-certificates.ts';
import { register } from '../frame/actions.ts';
import { Trouble } from '../frame/key-file.ts';
import { BATCH_WORDS, ENDS } from '../words/desk-words.ts';
import { partsOf, picker, savePart, saveWhole } from './save-archive.ts';

register('issue-batch', async (desk, button) => {
  const id = button.dataset.batch as string;
  const work = desk.begin(BATCH_WORDS.issuing);
  try {
    const seen = await readBatch(desk.caller, id, work);
    const { count } = await issueBatch(desk.caller, seen, work);
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
    if (file) await saveWhole(desk.caller, batch, file, watch);
    for (let part = first; !file && part <= parts; part++) {
      await savePart(desk.caller, batch, part, watch);
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

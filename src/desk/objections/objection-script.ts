/**
 * Answers several objections with one decision and one written reason: each gets a step of its own, one after
 * another. It can be stopped, waits where something fails, and what was typed and ticked stays until all is done.
 */

import { filled, together } from '../../base/words.ts';
import { bodyFaults } from '../../core/procedure/bodies.ts';
import type { StepName } from '../../core/procedure/steps.ts';
import { isCallError, sendStep } from '../../sdk/call.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { caseNow } from '../frame/desk-call.ts';
import { type Desk, onShow, register, type Work } from '../frame/desk-script.ts';
import { clearFaults, markField } from '../frame/step-forms.ts';
import { FORM_WORDS } from '../words/desk-words.ts';
import { OBJECTION_DESK } from '../words/form-words.ts';

type Decision = Extract<StepName, 'objection.uphold' | 'objection.reject'>;
const ticksOf = (box: ParentNode): HTMLInputElement[] => [
  ...box.querySelectorAll<HTMLInputElement>('input[data-objection]'),
];

function count(box: HTMLElement): void {
  const ticks = ticksOf(box);
  box
    .querySelector('[data-ticked]')
    ?.replaceChildren(
      both(filled(OBJECTION_DESK.ticked, { count: ticks.filter(({ checked }) => checked).length, all: ticks.length })),
    );
}

onShow('[data-answers]', (_, box) => {
  box.addEventListener('change', () => count(box));
  count(box);
});

/** What is wrong stands beside its field, and the first of them gets the focus. @returns whether something is */
function faulty(
  box: HTMLElement,
  ticked: readonly HTMLElement[],
  decision: HTMLInputElement | null,
  reason: HTMLTextAreaElement,
): boolean {
  clearFaults(box);
  const wrong: HTMLElement[] = [];
  if (ticked.length === 0) {
    const list = box.querySelector<HTMLElement>('[data-ticked]') as HTMLElement;
    list.after(make('p', { class: 'fault', 'data-made': '' }, both(OBJECTION_DESK.none_ticked)));
    wrong.push(ticksOf(box)[0] ?? list);
  }
  if (!decision)
    wrong.push(markField(box.querySelector('input[name=decision]') as HTMLInputElement, together(FORM_WORDS.choose)));
  const [fault] = bodyFaults('objection.reject', { reason: reason.value.trim() });
  if (fault) wrong.push(markField(reason, fault.message));
  wrong[0]?.focus();
  return wrong.length > 0;
}

/** Whether an answer that seemed refused is the one that stands there: its reply got lost on the way. */
async function stands(desk: Desk, about: string, step: Decision, reason: string): Promise<boolean> {
  const { steps } = await caseNow(desk, about);
  const newest = steps.at(-1);
  return (
    newest?.step === step &&
    newest.iss === desk.signer.subject &&
    (newest.body as { reason?: string }).reason === reason
  );
}

/**
 * Answers one, again after a failure if the person goes on. @returns false where it has moved on; throws when the work
 * is stopped
 */
async function answer(
  desk: Desk,
  work: Work,
  tick: HTMLInputElement,
  step: Decision,
  reason: string,
): Promise<boolean> {
  const { objection: about = '', seq, last } = tick.dataset;
  for (;;) {
    work.signal.throwIfAborted();
    try {
      await sendStep(desk.caller, { about, step, seq: Number(seq), last, body: { reason } });
      return true;
    } catch (error) {
      if (!(isCallError(error) && ['step_out_of_order', 'step_not_now'].includes(error.problem.code)))
        await work.stuck(error);
      else return await stands(desk, about, step, reason);
    }
  }
}

/** Marks what became of one, so that nothing is signed twice. */
function settle(tick: HTMLInputElement, answered: boolean): void {
  [tick.checked, tick.disabled] = [false, true];
  tick.parentElement
    ?.querySelector('[data-outcome]')
    ?.replaceChildren(both(answered ? OBJECTION_DESK.answered : OBJECTION_DESK.moved));
}

register('answer-objections', async (desk, button) => {
  const box = button.closest<HTMLElement>('[data-answers]') as HTMLElement;
  const field = box.querySelector<HTMLTextAreaElement>('textarea[name=reason]') as HTMLTextAreaElement;
  const ticked = ticksOf(box).filter(({ checked }) => checked);
  const decision = box.querySelector<HTMLInputElement>('input[name=decision]:checked');
  if (
    faulty(box, ticked, decision, field) ||
    !decision ||
    !confirm(one(filled(OBJECTION_DESK.sure, { count: ticked.length })))
  )
    return;
  const reason = field.value.trim();
  const work = desk.begin(OBJECTION_DESK.working);
  let [answered, moved] = [0, 0];
  try {
    for (const tick of ticked) {
      work.progress(answered + moved, ticked.length);
      const taken = await answer(desk, work, tick, decision.value as Decision, reason);
      if (taken) answered++;
      else moved++;
      settle(tick, taken);
    }
    desk.go(`#/results/${box.dataset.answers}/objections`);
    desk.say(
      filled(moved === 0 ? OBJECTION_DESK.done : OBJECTION_DESK.some, { count: answered, moved }),
      moved === 0 ? 'done' : 'notice',
    );
  } catch (error) {
    // What the person stopped is no accident.
    if (!work.signal.aborted) throw error;
    desk.say(filled(OBJECTION_DESK.stopped, { count: answered }), 'notice');
  } finally {
    work.end();
    count(box);
  }
});

/** Owns `luzheng status`: an organization or a centre suspends, reinstates or revokes a certificate. */
import { parseNumber } from '../../core/number.ts';
import type { Report } from '../../core/report.ts';
import { ACTIONS, REASONS } from '../../core/schema.ts';
import type { Event } from '../../core/status.ts';
import { changeStatus } from '../../sdk/sign.ts';
import { REASONS as WORDS } from '../../web/words/page-words.ts';
import { type Command, KEY, KEY_HELP } from '../command.ts';
import { usage } from '../talk.ts';

function oneOf<T extends string>(value: string, words: readonly T[], name: string): T {
  if (!(words as readonly string[]).includes(value))
    throw usage(`${name} 应为 ${words.join('、')} 之一`, `${name} is one of ${words.join(', ')}`);
  return value as T;
}

export const status: Command = {
  takes: 'NUMBER revoke|suspend|reinstate',
  about: '撤销、暂停、恢复证书 / revoke, suspend, reinstate',
  help: `${KEY_HELP}
  --reason CODE    理由 / one of:
${REASONS.map((code) => `                   ${code.padEnd(20)} ${WORDS[code]?.zh} / ${WORDS[code]?.en}`).join('\n')}
  撤销不可恢复；由中心暂停的，只有该中心或其上级可以恢复、撤销
  A revocation is final. What a centre has suspended, only that centre or a higher one reinstates or revokes.`,
  options: { ...KEY, reason: { type: 'string' } },
  async run(input) {
    const number = parseNumber(input.word(0)).text;
    const action: Event['action'] = oneOf(input.word(1), ACTIONS, '操作 / the action');
    const reason = oneOf(input.need('reason'), REASONS, '--reason');
    const { identity, caller } = await input.caller();
    // Each event names the one before; the service refuses it if another came in between.
    const { status: last } = await caller.get<Report>(`/v1/certificates/${number}`);
    const place = last ? { seq: last.seq + 1, prev: last.digest } : { seq: 1 };
    const statement = await changeStatus(identity, { number, action, reason, ...place });
    const done = await caller.post<{ state: string; seq: number; digest: string }>(
      `/v1/certificates/${number}/status`,
      { statement },
    );
    input.answer([`${number}  ${done.state}`], { ...done, number });
  },
};

/**
 * Owns `luzheng draw verify`: a draw's public record, from its address or a file, checked on this machine under the root that
 * the person trusts. Exit codes: 0 agrees, 1 does not, 2 cannot tell (its seed is not published, or no root was at hand).
 * It refuses to take the root from what is checked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { counted } from '../../base/text.ts';
import type { Words } from '../../base/words.ts';
import { openDirectory } from '../../core/directory.ts';
import { checkDraw, type DrawCheck, type DrawEnd, drawnLines, endOf } from '../../core/procedure/draw-check.ts';
import { type DrawFile, readDrawFile } from '../../core/procedure/draw-record.ts';
import { Memo } from '../../core/statement.ts';
import { Caller } from '../../sdk/call.ts';
import { CHECK_ENDS, CHECK_WORDS, lookUpWords, NOT_CHECKED, sourceWords } from '../../web/words/draw-words.ts';
import { fromHere, type Input } from '../command.ts';
import { readSnapshotFile } from '../examine.ts';
import { readRoots } from '../subjects.ts';
import { Failure, usage } from '../talk.ts';
import { drawId, drawnText } from './luzheng-draw-inspect.ts';

const EXITS: Record<DrawEnd, number> = { agrees: 0, differs: 1, unsigned: 2, waiting: 2, given_up: 2 };
const MARKS = { pass: '✓', fail: '✗', not_checked: '·', not_reached: '·' } as const;

/** The record that a word means, and the service that gave it; of a file none did. */
async function recordAt(input: Input, word: string): Promise<{ file: DrawFile; origin: string | null }> {
  if (/^https?:\/\//.test(word)) {
    const { origin, pathname } = new URL(word);
    const id = /^\/(?:supervision|v1\/draws)\/(?:draw:)?([^/]+)$/.exec(decodeURIComponent(pathname))?.[1];
    if (id === undefined)
      throw usage('地址应形如 https://…/supervision/编号', 'an address looks like https://…/supervision/ID');
    return { file: readDrawFile(await new Caller(origin).get<unknown>(`/v1/draws/${encodeURIComponent(id)}`)), origin };
  }
  if (existsSync(fromHere(word))) {
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(fromHere(word), 'utf8'));
    } catch {
      throw new Failure(2, `${word} 不是 JSON`, `${word} is not JSON`, 'unreadable');
    }
    return { file: readDrawFile(json), origin: null };
  }
  const origin = input.origin();
  return {
    file: readDrawFile(await new Caller(origin).get<unknown>(`/v1/draws/${encodeURIComponent(drawId(word))}`)),
    origin,
  };
}

const inBoth = ({ zh, en }: Words): string => `${zh} / ${en}`;

function line({ id, result, code }: DrawCheck): string {
  const words = result === 'not_checked' ? NOT_CHECKED : CHECK_WORDS[id][result === 'pass' ? 'pass' : 'fail'];
  return `  ${MARKS[result]} ${result === 'not_reached' ? `${id}: 未核对 / not reached` : inBoth(words)}${code === undefined || result === 'pass' ? '' : ` [${code}]`}`;
}

export async function verifyDraw(input: Input): Promise<number> {
  const word = input.word(1) as string | undefined;
  if (word === undefined) throw usage('请给出地址、文件或编号', 'give an address, a file or a number');
  const roots = readRoots(input);
  const { file, origin } = await recordAt(input, word);
  const kept = input.text('trust') === undefined ? undefined : readSnapshotFile(input.path('trust'));
  const { centres, withdrawals } = file.statements;
  const directory = await openDirectory(
    { thumbprints: roots, roots: [...file.roots, ...(kept?.roots ?? [])] },
    [...new Set([...centres, ...(kept?.centres ?? [])])],
    new Memo(),
    [...new Set([...withdrawals, ...(kept?.withdrawals ?? [])])],
  );
  const checks = await checkDraw(file, directory);
  const end = endOf(file, checks);
  const {
    committed: { body },
    revealed,
    drawn = [],
  } = file;
  input.answer(
    [
      inBoth(CHECK_ENDS[end]),
      `  ${file.about}  ${body.title}  ${body.sessions.length} 中抽 ${body.pick}，每场 ${body.per_session} 人 / ${body.pick} of ${counted(body.sessions.length, 'session')}, ${counted(body.per_session, 'inspector')} each`,
      ...checks.map(line),
      `  · ${inBoth(revealed ? lookUpWords(body.public_source, revealed.body.public_value) : sourceWords(body.public_source))}`,
      ...(end === 'agrees' ? drawnText(drawn) : []),
    ],
    {
      about: file.about,
      end,
      exit: EXITS[end],
      checks,
      public_source: body.public_source,
      public_value: revealed?.body.public_value ?? null,
      drawn: drawnLines(drawn),
      roots,
      server: origin,
    },
  );
  return EXITS[end];
}

/** Owns what the commands of draws share: how a draw is named, its record, and the lines of what was drawn. It refuses nothing. */
import type { DrawRecord } from '../life/procedure/draw-record.ts';
import { type Drawn, sessionId } from '../life/procedure/drawing.ts';
import type { Caller } from './caller.ts';
import { usage } from './talk.ts';

/** `draw:d0123…`, or the part after the colon. */
export const drawId = (word: string | undefined): string => {
  if (word === undefined) throw usage('缺少 DRAW：抽取的编号', 'DRAW is missing: the number of the draw');
  return word.replace(/^draw:/, '');
};

export const recordOf = (caller: Caller, id: string): Promise<DrawRecord> =>
  caller.get<DrawRecord>(`/v1/draws/${encodeURIComponent(id)}`);

/** One line for each drawn session: its place, day, organization, and who goes. */
export const drawnText = (drawn: readonly Drawn[]): string[] =>
  drawn.map(
    (one, at) =>
      `${String(at + 1).padStart(3)}  ${one.date}  ${one.name}  ${one.label}  ${sessionId(one)}  ${one.inspectors.map(({ name, id }) => `${name}(${id})`).join('、')}`,
  );

/** A draw for tests: committed, revealed and with a finding that has a file, of a session that is yet to come. */
import { vi } from 'vitest';
import { toBase64url } from '../src/base/bytes.ts';
import { shanghaiDay } from '../src/base/day.ts';
import { commitmentOf, isDrawnOn, type PublicSource } from '../src/core/procedure/draw-seed.ts';
import type { Identity } from '../src/sdk/sign.ts';
import { jpeg } from './formats/fixtures-photo.ts';
import { as, type Organization } from './kit.ts';
import { fresh, onDay, samplePlan, take } from './procedure-kit.ts';

/** A Sunday's 双色球, two weeks ahead; its numbers are invented. */
function sourceAhead(): PublicSource {
  const day = Math.floor(Date.now() / 1000) + 14 * 86_400;
  const date = [0, 1, 2, 3, 4, 5, 6]
    .map((more) => shanghaiDay(day + more * 86_400))
    .find((one) => isDrawnOn('ssq', one)) as string;
  return { lottery: 'ssq', issue: `${date.slice(0, 4)}140`, date };
}
const NUMBERS = '03 11 19 22 27 31 08';

/** @returns the draw's number and the digest of the finding's file; the clock is the machine's again afterwards */
export async function drawOne(
  city: Identity,
  school: Organization,
  name: string,
): Promise<{ draw: string; sha256: string }> {
  const date = shanghaiDay(Math.floor(Date.now() / 1000) + 30 * 86_400);
  const [plan, about, seed] = [fresh('plan'), fresh('draw'), new Uint8Array(32).fill(5)];
  const public_source = sourceAhead();
  await take(school.client, plan, 'plan.file', samplePlan(date));
  const sessions = [{ plan, session: 's1', organization: school.code, name, date, label: '电工 三级' }];
  await take(
    city,
    about,
    'draw.commit',
    {
      title: '督导（虚构）',
      sessions,
      inspectors: [{ id: 'd1', name: '甲督导', unit: '虚构中心' }],
      pick: 1,
      per_session: 1,
      commitment: commitmentOf(seed),
      public_source,
    },
    { seq: 0 },
  );
  onDay(date);
  await take(city, about, 'draw.reveal', { seed: toBase64url(seed), public_value: NUMBERS });
  const { sha256 } = await as(city).json<{ sha256: string }>('POST', '/v1/files', { body: jpeg(), type: 'image/jpeg' });
  await take(city, about, 'draw.finding', {
    plan,
    session: 's1',
    inspectors: ['d1'],
    finding: 'minor',
    summary: '考场标识不全',
    files: [{ name: '现场.jpg', type: 'image/jpeg', size: jpeg().length, sha256 }],
  });
  vi.useRealTimers();
  return { draw: about.slice('draw:'.length), sha256 };
}

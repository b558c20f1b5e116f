import { expect, test, vi } from 'vitest';
import { serviceOf } from '../../src/env.ts';
import { raiseObjection } from '../../src/service/procedure/objection-steps.ts';
import { db, ORIGIN, testEnv, workerFetch } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { cases, onDay, take, view } from '../procedure-kit.ts';
import {
  CONTACT,
  follow,
  get,
  html,
  json,
  NAMES,
  notice,
  OBJECTOR,
  object,
  plant,
  problemOf,
  RUNNING,
  school,
  send,
  world,
} from './notices-kit.ts';

/** Objections to a notice: by whom, how often, until when, and who may follow them. */
export function objections(): void {
  test('anyone objects; the organization decides with a reason, a centre opens it again; the code leads to all of it', async () => {
    onDay('2026-11-17');
    const { status, code } = await object(notice, { row: 2, name: OBJECTOR, contact: CONTACT });
    expect(status).toBe(201);
    expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
    expect(await follow(code)).toEqual({
      state: 'open',
      raised_on: '2026-11-17',
      notice: { id: notice, title: '电工三级认定（虚构）' },
      history: [],
    });
    expect(await json(`/v1/notices/${notice}`)).toMatchObject({
      objections: { raised: 1, open: 1, upheld: 0, rejected: 0 },
    });

    const [line] = await cases(school.client, '?kind=objection');
    expect(line).toMatchObject({
      state: 'open',
      organization: school.code,
      centre: 'centre:3701',
      parent: `results:${notice}`,
      facts: { results: `results:${notice}`, row: true },
      due: RUNNING.until,
    });
    const about = line?.about as string;
    expect(about).toMatch(/^objection:/);
    for (const who of [school.client, world.city, world.province])
      expect((await view(who, about)).steps[0]).toMatchObject({
        iss: ORIGIN,
        role: 'service',
        body: { row: 2, name: OBJECTOR, contact: CONTACT },
      });
    expect(await problemOf(view(plant.client, about))).toBe('403:out_of_reach');
    expect(await problemOf(take(world.city, about, 'objection.reject', { reason: '越权' }))).toBe('403:role_wrong');
    expect(
      await problemOf(
        take(plant.client, about, 'objection.reject', { reason: '越权' }, { seq: 1, last: line?.last as string }),
      ),
    ).toBe('403:out_of_reach');

    onDay('2026-11-18');
    await take(school.client, about, 'objection.reject', { reason: '经核对监控，该考生到场。' });
    onDay('2026-11-19');
    await take(world.city, about, 'objection.reopen', { reason: '请附签到表。' });
    await take(school.client, about, 'objection.uphold', { reason: '签到表缺失，更正结果。' });
    expect(await follow(` ${code.toLowerCase().replaceAll('-', '－')} `)).toMatchObject({
      state: 'upheld',
      history: [
        { decision: 'rejected', on: '2026-11-18', by: 'org:S000037000001', reason: '经核对监控，该考生到场。' },
        { decision: 'reopened', on: '2026-11-19', by: 'centre:3701', reason: '请附签到表。' },
        { decision: 'upheld', on: '2026-11-19', by: 'org:S000037000001', reason: '签到表缺失，更正结果。' },
      ],
    });
    const followed = await (await send('/notices/objections', { code })).text();
    for (const words of ['异议成立', '济南市职业技能鉴定指导中心', '请附签到表。', `href="/notices/${notice}"`])
      expect(followed).toContain(words);
    for (const words of [OBJECTOR, CONTACT, '第二行考试当日未到场']) expect(followed).not.toContain(words);
    expect(await json(`/v1/notices/${notice}`)).toMatchObject({
      objections: { raised: 1, open: 0, upheld: 1, rejected: 0 },
    });
    const shown = (await html(`/notices/${notice}`)) + JSON.stringify(await json(`/v1/notices/${notice}`));
    expect(shown).toContain('共 1 件：处理中 0，成立 1，不成立 0');
    for (const words of [OBJECTOR, CONTACT, '第二行考试当日未到场', '签到表']) expect(shown).not.toContain(words);
  });

  test('the form works without JavaScript, leads on by a redirect, and shows the code once', async () => {
    const sent = await send(`/notices/${notice}/objections`, {
      row: '３',
      grounds: '成绩有误',
      name: '',
      contact: CONTACT,
    });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/notices/${notice}/objected`]);
    const cookie = sent.headers.get('set-cookie') as string;
    expect(cookie).toMatch(/^objection=[^;]+; Max-Age=600; Path=\/notices; HttpOnly; Secure; SameSite=Strict$/);
    const code = cookie.slice('objection='.length, cookie.indexOf(';'));
    const shown = await get(`/notices/${notice}/objected`, { Cookie: `objection=${code}` });
    expect(await shown.text()).toContain(code);
    expect([shown.headers.get('cache-control'), shown.headers.get('set-cookie')]).toEqual([
      'no-store',
      expect.stringContaining('objection=; Max-Age=0'),
    ]);
    const again = await html(`/notices/${notice}/objected`);
    expect(again).toContain('已经显示过');
    expect(again).not.toContain(code);
    expect(await (await get(`/notices/${notice}/objected`, { Cookie: 'objection=<b>x' })).text()).not.toContain('<b>x');
    expect(await (await send('/notices/objections', { code })).text()).toContain('处理中');
    const missing = await send('/notices/objections', { code: '00000-00000-00000-00000' });
    expect([missing.status, (await missing.text()).includes('没有查到')]).toEqual([404, true]);
  });

  test.each([
    ['grounds', { grounds: '' }, '不能为空'],
    ['grounds', { grounds: 'x'.repeat(2001) }, '最多 2000 个字'],
    ['row', { row: '999', grounds: '成绩有误' }, '名单中没有这一行'],
    ['row', { row: 'abc', grounds: '成绩有误' }, '名单中没有这一行'],
    ['contact', { contact: 'x'.repeat(201), grounds: '成绩有误' }, '最多 200 个字'],
  ])('a fault in %s stands beside the field, and what was typed stays', async (field, typed, words) => {
    const answer = await send(`/notices/${notice}/objections`, typed);
    const page = await answer.text();
    expect([answer.status, page.includes(`id="objection-${field}-fault"`), page.includes(words)]).toEqual([
      400,
      true,
      true,
    ]);
    if (typed.grounds) expect(page).toContain(typed.grounds.slice(0, 4));
  });

  test('what cannot be an objection is refused by its code', async () => {
    const count = async () =>
      (await db.prepare("SELECT count(*) AS n FROM cases WHERE kind = 'objection'").first<{ n: number }>())?.n;
    const before = await count();
    expect(await object(notice, { row: 77 })).toMatchObject({ status: 400, code: 'objection_row_unknown' });
    expect(await object(notice, { grounds: ' ' })).toMatchObject({ status: 400, code: 'step_body_malformed' });
    expect(await object(notice, { row: 0.5 })).toMatchObject({ status: 400, code: 'step_body_malformed' });
    expect(await object(notice, { code: 'mine' })).toMatchObject({ status: 400, code: 'body_malformed' });
    expect(await object('r0000000000')).toMatchObject({ status: 404, code: 'notice_not_found' });
    expect(await object('..')).toMatchObject({ status: 404 });
    expect(await follow('ABCDE')).toMatchObject({ status: 404, code: 'objection_not_found' });
    expect((await send('/notices/x/objections', { grounds: 'x' })).status).toBe(404);
    expect(
      await problemOf(
        take(
          school.client,
          `objection:o00000000`,
          'objection.raise',
          { salt: 'AAAAAAAAAAAAAAAAAAAAAA', results: `results:${notice}`, grounds: '自己', code: 'A'.repeat(43) },
          { seq: 0 },
        ),
      ),
    ).toBe('403:role_wrong');
    expect(await count()).toBe(before);
  });

  test('after the last day nobody objects any more, nor while an upload overtakes it', async () => {
    onDay('2026-11-23T23:50');
    expect((await object(notice)).status).toBe(201);
    onDay('2026-11-24T00:10');
    expect(await object(notice)).toMatchObject({ status: 409, code: 'notice_over' });
    const late = await send(`/notices/${notice}/objections`, { grounds: '来迟了' });
    expect([late.status, (await late.text()).includes('公示已结束')]).toEqual([409, true]);
    expect(await html(`/notices/${notice}`)).not.toContain('提交异议');
    onDay('2026-11-20');
    const id = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
    const service = serviceOf(testEnv as never);
    const sealed = vi.spyOn(service.vault, 'sealBytes').mockImplementationOnce(async (place, bytes) => {
      await db.prepare("UPDATE cases SET state = 'uploaded' WHERE about = ?").bind(`results:${id}`).run();
      return service.vault.sealBytes(place, bytes);
    });
    await expect(raiseObjection(service, id, { grounds: '同时' })).rejects.toMatchObject({ code: 'notice_over' });
    sealed.mockRestore();
    expect(await json(`/v1/notices/${id}`)).toMatchObject({ state: 'uploaded', objections: { raised: 0 } });
  });

  test('a flood leaves room: one network sends 20 a day, a notice holds 200 undecided ones, and words say how else to object', async () => {
    onDay('2026-11-17');
    const id = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
    const other = await publish(school, { ...RUNNING, rows: resultRows('2026-11-14', NAMES) });
    const from = (address: string, at = id) =>
      workerFetch(`${ORIGIN}/v1/notices/${at}/objections`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': address },
        body: JSON.stringify({ grounds: '成绩有误' }),
      });
    const statuses = await Promise.all(
      Array.from({ length: 22 }, async (_, i) => (await from(`2001:db8:1:2::${i + 1}`)).status),
    );
    expect(statuses.sort()).toEqual([...Array(20).fill(201), 429, 429]);
    const refused = await from('2001:db8:1:2::99');
    expect([
      refused.status,
      refused.headers.get('retry-after'),
      ((await refused.json()) as { code: string }).code,
    ]).toEqual([429, String(14 * 3600), 'objections_too_often']);
    // What is not kept does not count, other networks and other notices are free, and the next day is another.
    expect([(await from('2001:db8:1:3::1')).status, (await from('2001:db8:1:2::1', other)).status]).toEqual([201, 201]);
    onDay('2026-11-18');
    expect((await from('2001:db8:1:2::1')).status).toBe(201);
    expect(JSON.stringify((await db.prepare('SELECT * FROM objection_senders').all()).results)).not.toContain('2001');

    const { open } = (await json<{ objections: { open: number } }>(`/v1/notices/${id}`)).objections;
    expect(open).toBe(22);
    await db
      .prepare(
        "INSERT INTO cases SELECT 'objection:flood' || value, kind, state, seq, last, owner, organization, centre, parent, facts, due, created_at, updated_at, bytes FROM (SELECT * FROM cases WHERE kind = 'objection' AND parent = ? LIMIT 1), (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 178) SELECT value FROM n)",
      )
      .bind(`results:${id}`)
      .run();
    expect(await object(id)).toMatchObject({ status: 409, code: 'objections_full' });
    const page = await html(`/notices/${id}`);
    expect([
      page.includes('已达上限'),
      page.includes(`href="/organizations/${school.code}"`),
      page.includes('提交异议'),
    ]).toEqual([true, true, false]);
    const sent = await send(`/notices/${id}/objections`, { grounds: '签到表缺页', contact: CONTACT });
    const answer = await sent.text();
    expect([
      sent.status,
      answer.includes('role="alert"'),
      answer.includes('签到表缺页'),
      answer.includes(CONTACT),
    ]).toEqual([409, true, true, true]);
    // Said before the list, with the way to the form below it; so are faults of single fields.
    const blank = await (await send(`/notices/${id}/objections`, { grounds: '', contact: CONTACT })).text();
    for (const text of [answer, blank]) {
      expect(text.indexOf('异议没有提交')).toBeGreaterThan(0);
      expect(text.indexOf('异议没有提交')).toBeLessThan(text.indexOf('<h1>'));
    }
    await db.prepare("UPDATE cases SET state = 'rejected' WHERE about = 'objection:flood1'").run();
    expect((await object(id)).status).toBe(201);
  });
}

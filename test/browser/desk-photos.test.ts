/**
 * What a centre sees of photos before it signs: each beside its row, its bytes compared with the digest in this browser;
 * those that nobody looked at are counted, asked about, and stand in the approval.
 */

import { describe, expect, test } from 'vitest';
import { toBase64url } from '../../src/base/bytes.ts';
import { unverified } from '../../src/core/statement.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { findChromium } from './browser.ts';
import { useDesk } from './desk-kit.ts';
import { rowOf } from './server.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('photos at a centre’s desk', () => {
  const desk = useDesk('3708');

  /** A batch of people with photos of their own. @returns its id */
  async function batch(count: number, from: number): Promise<string> {
    const candidates = Array.from({ length: count }, (_, n) => ({
      ...rowOf(desk.server.person('欧阳建国', from + n), 5),
      photo: toBase64url(jpeg({ text: `${from + n}` })),
    }));
    return (await desk.server.as(desk.server.school).post<{ id: string }>('/v1/batches', { candidates })).id;
  }
  async function at(id: string): Promise<void> {
    await desk.signIn(desk.server.city);
    await desk.go(`batches/${id}`, `批次 ${id}`);
  }
  const approve = () => desk.page.getByRole('button', { name: '核对并签署审核' }).click();
  const unseenIn = async (id: string): Promise<(number | undefined)[]> =>
    (
      await desk.server.as(desk.server.city).get<{ approvals: { approval: string }[] }>(`/v1/batches/${id}`)
    ).approvals.map(({ approval }) => unverified<{ photos_unseen?: number }>(approval).claims.photos_unseen);

  test('each appears beside its row; when all were looked at nothing is asked', { timeout: 60_000 }, async () => {
    const id = await batch(3, 700);
    await at(id);
    for (let row = 0; row < 3; row++) {
      const cell = desk.page.locator(`tr[data-position="${row}"] td[data-photo]`);
      await cell.scrollIntoViewIfNeeded();
      await cell.getByRole('img', { name: `名单第 ${row + 1} 条的照片` }).waitFor();
    }
    expect(await desk.axe()).toEqual([]);
    await approve();
    await desk.said().getByText('已核对 3 行并签署审核').waitFor();
    expect(await unseenIn(id)).toEqual([0]);
    expect(await desk.page.getByText('张照片未查看').count()).toBe(0);
  });

  test('those that nobody looked at are counted and asked about; the approval says so', {
    timeout: 60_000,
  }, async () => {
    const id = await batch(40, 710);
    await at(id);
    const asked: string[] = [];
    desk.page.once('dialog', (dialog) => (asked.push(dialog.message()), void dialog.dismiss()));
    await approve();
    await desk.said('alert').getByText('张照片没有看过').waitFor();
    expect(await unseenIn(id)).toEqual([]);
    desk.page.once('dialog', (dialog) => void dialog.accept());
    await approve();
    await desk.said().getByText('已核对 40 行并签署审核').waitFor();
    const [unseen] = await unseenIn(id);
    expect(unseen).toBeGreaterThan(0);
    expect(unseen).toBeLessThanOrEqual(40);
    expect(asked[0]).toContain('40 张照片');
    await desk.page.getByText(`有 ${unseen} 张照片未查看`).first().waitFor();
  });

  test('one that is another picture than the row says stops the signature', { timeout: 60_000 }, async () => {
    const id = await batch(2, 760);
    await desk.page.route('**/rows/0/photo', (route) =>
      route.fulfill({ contentType: 'image/jpeg', body: Buffer.from(jpeg({ text: 'another' })) }),
    );
    await at(id);
    await desk.page.locator('tr[data-position="0"] td[data-photo]').scrollIntoViewIfNeeded();
    await desk.page.getByText('照片与上传时的摘要不符').waitFor();
    desk.page.on('dialog', (dialog) => void dialog.accept());
    await approve();
    await desk.said('alert').getByText('第 1 行的照片与上传时的摘要不符').waitFor();
    expect(await unseenIn(id)).toEqual([]);
  });

  test('one that does not load is offered again', { timeout: 60_000 }, async () => {
    const id = await batch(1, 770);
    await desk.page.route('**/rows/0/photo', (route) => route.abort());
    await at(id);
    await desk.page.locator('td[data-photo]').scrollIntoViewIfNeeded();
    const again = desk.page.getByRole('button', { name: '重新载入' });
    await again.waitFor();
    await desk.page.unroute('**/rows/0/photo');
    await again.click();
    await desk.page.locator('td[data-photo] img').waitFor();
  });
});

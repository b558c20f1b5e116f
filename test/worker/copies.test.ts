/** A holder asks for a copy that states its purpose and expiry (加注): through the API and through the form. */
import { unzlibSync } from 'fflate';
import { PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
import { expect, test } from 'vitest';
import type { Bundle } from '../../src/core/bundle.ts';
import { splitCredential } from '../../src/core/credential.ts';
import type { Report } from '../../src/core/report.ts';
import { darkRectangles, qrMatrix } from '../../src/formats/qr.ts';
import { anyone, candidates, certify, fileWith, foundProvince, ORIGIN, workerFetch } from '../kit.ts';

const province = await foundProvince();
const organization = await fileWith(province.city, 'S000037000061');
const { certificates } = await certify(province, organization, candidates(1));
const { number } = certificates[0] as { number: string };
const holder = { name: '欧阳建国', id_number: (candidates(1)[0] as { id_number: string }).id_number };
const day = (ahead: number) => new Date(Date.now() + (ahead * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
const asked = { purpose: '申请技能提升补贴', expires_on: day(30) };
const download = (body: unknown, accept: string) =>
  workerFetch(`${ORIGIN}/v1/certificates/${number}/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept },
    body: JSON.stringify(body),
  });

test('the copy carries its signed purpose, and its PDF is another file', async () => {
  const bundle = (await (
    await download({ ...holder, copy: asked }, 'application/vnd.luzheng.bundle+json')
  ).json()) as Bundle;
  const report = await anyone.post<Report>('/v1/verify', { bundle });
  expect(report.verdict).toBe('valid');
  expect(report.copy).toMatchObject({ ...asked, expired: false });
  const plain = new Uint8Array(await (await download(holder, 'application/pdf')).arrayBuffer());
  const copy = await download({ ...holder, copy: asked }, 'application/pdf');
  expect([copy.headers.get('content-type'), copy.headers.get('content-disposition')]).toEqual([
    'application/pdf',
    `attachment; filename="${number}-copy.pdf"`,
  ]);
  expect(new Uint8Array(await copy.arrayBuffer()).length).toBeGreaterThan(plain.length);
  const { downloads } = (await (await download(holder, 'application/json')).json()) as {
    downloads: { kind: string }[];
  };
  expect(downloads.map(({ kind }) => kind)).toContain('copy');
});

/** Everything that a PDF holds, unpacked: dictionaries, strings, streams. */
async function contentsOf(file: Uint8Array): Promise<string> {
  const { context } = await PDFDocument.load(file, { updateMetadata: false });
  return context
    .enumerateIndirectObjects()
    .map(([, object]) => {
      if (!(object instanceof PDFRawStream)) return object.toString();
      const packed = object.dict.get(PDFName.of('Filter')) === PDFName.of('FlateDecode');
      const bytes = packed ? unzlibSync(object.getContents()) : object.getContents();
      return `${object.dict.toString()}\n${new TextDecoder('latin1').decode(bytes)}`;
    })
    .join('\n');
}

test('a copy holds no disclosure and no seal: with its statement taken out, it says what anyone may fetch', async () => {
  const whole = (await (await download(holder, 'application/vnd.luzheng.bundle+json')).json()) as Bundle;
  const { disclosures } = splitCredential(whole.credential);
  const [url, digits] = (whole.seal_url as string).split('#') as [string, string];
  expect(disclosures).toHaveLength(3);
  const { copy, ...stripped } = (await (
    await download({ ...holder, copy: asked }, 'application/vnd.luzheng.bundle+json')
  ).json()) as Bundle;
  expect([splitCredential(stripped.credential).disclosures, stripped.seal_url]).toEqual([[], url]);
  const report = await anyone.post<Report>('/v1/verify', { bundle: { ...stripped, copy } });
  expect([report.verdict, report.certificate?.holder]).toEqual([
    'valid',
    { name: '欧阳建国', id_type: 'resident_id', id_number: `**************${holder.id_number.slice(-4)}` },
  ]);
  const left = await anyone.post<Report>('/v1/verify', { bundle: stripped });
  expect([left.copy, left.certificate]).toEqual([
    undefined,
    (await anyone.get<Report>(`/v1/certificates/${number}`)).certificate,
  ]);
  const bytesOf = async (body: unknown) =>
    new Uint8Array(await (await download(body, 'application/pdf')).arrayBuffer());
  const [plain, stamped] = [
    await contentsOf(await bytesOf(holder)),
    await contentsOf(await bytesOf({ ...holder, copy: asked })),
  ];
  for (const secret of [...disclosures, digits])
    expect([plain.includes(secret), stamped.includes(secret)]).toEqual([true, false]);
  expect(stamped).toContain(darkRectangles(qrMatrix(url)));
  expect(stamped).not.toContain(darkRectangles(qrMatrix(`${url}#${digits}`)));
});

test('its PDF is checked against its own statement', async () => {
  const pdf = await (await download({ ...holder, copy: asked }, 'application/pdf')).arrayBuffer();
  const answer = await workerFetch(`${ORIGIN}/v1/verify`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/pdf' },
    body: pdf,
  });
  const report = (await answer.json()) as Report;
  expect(report.checks.find(({ id }) => id === 'document')?.result).toBe('pass');
  expect([report.verdict, report.copy, report.certificate?.holder.name]).toEqual([
    'valid',
    { ...asked, stamped_on: day(0), expired: false },
    '欧阳建国',
  ]);
});

test('the credential has no room for a purpose', async () => {
  for (const type of ['application/vc+sd-jwt', 'application/json']) {
    const answer = await download({ ...holder, copy: asked }, type);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([406, 'not_acceptable']);
  }
});

test.each([
  [{ purpose: '', expires_on: asked.expires_on }, 'purpose_malformed'],
  [{ purpose: '补贴\u{1f600}', expires_on: asked.expires_on }, 'glyph_missing'],
  [{ purpose: asked.purpose, expires_on: day(-1) }, 'expiry_malformed'],
  [{ purpose: asked.purpose }, 'body_malformed'],
])('%j is refused as %s', async (copy, code) => {
  const answer = await download({ ...holder, copy }, 'application/pdf');
  expect([answer.status < 500, ((await answer.json()) as { code: string }).code]).toEqual([true, code]);
});

test('the form gives the copy, and says in its fields what is wrong', async () => {
  const post = (fields: Record<string, string>) =>
    workerFetch(`${ORIGIN}/c/${number}/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' },
      body: new URLSearchParams({ ...holder, want: 'copy', ...fields }).toString(),
    });
  const good = await post(asked);
  expect([good.status, good.headers.get('content-disposition')]).toEqual([
    200,
    `attachment; filename="${number}-copy.pdf"`,
  ]);
  const blank = await post({});
  expect(blank.status).toBe(400);
  expect(await blank.text()).toContain('请填写副本的用途');
  const late = await post({ ...asked, expires_on: day(500) });
  expect(late.status).toBe(400);
  expect(await late.text()).toContain('截止日期应在今天起一年以内');
});

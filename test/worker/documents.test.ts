/** A certificate's PDF brought for verification: the genuine one, an altered one, and files that are no certificates. */
import { PDFDocument } from 'pdf-lib';
import { expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import { as, candidates, certify, fileWith, foundProvince, ORIGIN, workerFetch } from '../kit.ts';

const province = await foundProvince();
const organization = await fileWith(province.city, 'S000037000071');
const { certificates } = await certify(province, organization, candidates(2));
const numbers = certificates.map(({ number }) => number);
const pdfOf = async (number: string) =>
  new Uint8Array(await (await as(organization.client).take('GET', `/v1/certificates/${number}.pdf`)).arrayBuffer());
const post = (body: Uint8Array | string) =>
  workerFetch(`${ORIGIN}/v1/verify`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/pdf' },
    body: body as never,
  });
const report = async (file: Uint8Array) => (await (await post(file)).json()) as Report;

const [first, second] = (await Promise.all(numbers.map(pdfOf))) as [Uint8Array, Uint8Array];

test('the PDF that the organization downloads is valid, every check but the log', async () => {
  const { verdict, checks, certificate } = await report(first);
  expect([verdict, certificate?.number]).toEqual(['valid', numbers[0]]);
  expect(checks.filter(({ result }) => result !== 'pass').map(({ id }) => id)).toEqual(['log']);
});

test('an altered one is reported with the field, whatever the register says', async () => {
  const opened = await PDFDocument.load(first, { updateMetadata: false });
  const page = opened.getPage(0);
  page.drawText('X', { x: 240, y: page.getHeight() - 311, size: 12 });
  const { verdict, checks } = await report(await opened.save());
  expect([verdict, checks.find(({ id }) => id === 'document')]).toEqual([
    'invalid',
    { id: 'document', result: 'fail', code: 'document_altered', part: 'name', parts: ['name'] },
  ]);
});

test('a revoked certificate’s PDF is as it was issued, and revoked', async () => {
  await as(organization.client).post(`/v1/certificates/${numbers[1]}/status`, {
    statement: await changeStatus(organization.client, {
      number: numbers[1] as string,
      action: 'revoke',
      reason: 'fraud',
      seq: 1,
    }),
  });
  const { verdict, checks } = await report(second);
  expect([verdict, checks.find(({ id }) => id === 'document')?.result]).toEqual(['revoked', 'pass']);
});

test.each([
  ['text', 'no PDF', 400, 'pdf_malformed'],
  ['nothing', '', 400, 'pdf_malformed'],
  ['half of it', first.subarray(0, 20_000), 400, 'pdf_malformed'],
  [
    'encrypted',
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R/Encrypt<</Filter/Standard>>>>',
    400,
    'pdf_encrypted',
  ],
  [
    'with a script',
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert)>>>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>',
    400,
    'pdf_active',
  ],
  [
    'without a bundle',
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>',
    400,
    'document_without_bundle',
  ],
  ['of six megabytes', new Uint8Array(6_000_000), 413, 'body_too_large'],
])('%s', async (_what, file, status, code) => {
  const answer = await post(file);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
});

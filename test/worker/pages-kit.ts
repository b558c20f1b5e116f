/** Certificates to look at, and a page with all that every page must have, for pages.test.ts. */
import { expect } from 'vitest';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  as,
  candidate,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  workerFetch,
} from '../kit.ts';

export const CODE = 'S000037000001';
export const NAME = '阿卜杜热合曼·买买提';

let school: Organization;
export let certificates: Issued[];
export let corrected: Issued;

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  const province = await foundProvince();
  school = await fileWith(province.city, CODE);
  ({ certificates } = await certify(province, school, [
    candidate(1, { name: NAME }),
    candidate(2, { name: '王晓明' }),
    candidate(3),
    candidate(4),
    candidate(5),
  ]));
  ({
    certificates: [corrected],
  } = (await certify(province, school, [candidate(2, { name: '王小明', replaces: number(1) })])) as unknown as {
    certificates: [Issued];
  });
  for (const [i, action, reason] of [
    [2, 'revoke', 'issued_in_error'],
    [3, 'suspend', 'under_investigation'],
  ] as const) {
    const statement = await changeStatus(school.client, { number: number(i), action, reason, seq: 1 });
    await as(school.client).post(`/v1/certificates/${number(i)}/status`, { statement });
  }
}
export const number = (i: number): string => (certificates[i] as Issued).number;
export const get = (path: string, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, { method: 'GET', headers });
export const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  workerFetch(ORIGIN + path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', ...headers },
    redirect: 'manual',
  });

const POLICY =
  "default-src 'none'; script-src 'self'; style-src STYLES; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const sha256Base64 = async (text: string) =>
  btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))));

/** A page as it must always be. @returns its HTML */
export async function pageOf(answer: Response, status: number, cache = 'no-store'): Promise<string> {
  expect(answer.headers.get('vary')).toBe(cache === 'no-store' ? null : 'Accept-Language, Cookie');
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cache-control')).toBe(cache);
  const text = await answer.text();
  expect(text).toMatch(/^<!DOCTYPE html><html lang="zh-CN">/);
  // The style stands in the page, by its digest; nothing else is inline, nothing from elsewhere.
  const styles =
    /style-src ((?:'sha256-[\w+/]{43}=' ?)+);/.exec(answer.headers.get('content-security-policy') ?? '')?.[1] ?? '';
  expect(answer.headers.get('content-security-policy')?.replace(styles, 'STYLES')).toBe(POLICY);
  const inside = [...text.matchAll(/<style>(.*?)<\/style>/gs)].map((match) => match[1] as string);
  expect(inside.length).toBeGreaterThan(0);
  for (const css of inside) expect(styles.split(' ')).toContain(`'sha256-${await sha256Base64(css)}'`);
  expect(text).not.toMatch(
    /<script(?![^>]* src="\/assets\/)|<style[^>]|\sstyle=|\son\w+=|(?:src|action)="(?:https?:)?\/\//i,
  );
  return text;
}

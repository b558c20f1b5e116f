/**
 * How often one client address may look up, search and verify, by Cloudflare's rate-limiting bindings (counted for each
 * Cloudflare location, windows of 10 or 60 s), and the optional check that a person sits at a form. Answers say the
 * limits (RateLimit-Policy, draft-ietf-httpapi-ratelimit-headers) and, with a 429, when to come back; what is left
 * nobody knows, so nothing is said of it. Routes for which a key must be proved have no limit, nor has anybody where a
 * binding or the address is missing. No address is written anywhere.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { Refusal } from '../base/refusal.ts';
import { type Guesser, PAIR_DAY, PAIR_MONTH, WINDOW, WRONG_GUESSES } from '../service/guesses.ts';
import type { RateName } from '../service/service.ts';
import { readFields } from './body.ts';
import type { AppEnv } from './context.ts';

/**
 * What one client is: an IPv4 address, or the first half of an IPv6 address, which is one line of a provider's
 * customer.
 * @param groups how many of the eight groups of an IPv6 address count
 */
export function clientOf(address: string, groups = 4): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = (URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address).split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, groups).join(':');
}

/**
 * Who asks, for one matter: a keyed digest that names nobody and links no two matters; undefined where the address is
 * missing.
 */
export async function senderOf(c: Context<AppEnv>, matter: string): Promise<string | undefined> {
  const address = c.req.header('cf-connecting-ip');
  return address === undefined ? undefined : c.var.service.vault.factor(`${matter}|${clientOf(address)}`);
}

/** The site from which somebody asks (IPv6, /48), which may have many lines; undefined for IPv4. */
export async function siteOf(c: Context<AppEnv>, matter: string): Promise<string | undefined> {
  const address = c.req.header('cf-connecting-ip');
  return address?.includes(':') ? c.var.service.vault.factor(`${matter}|${clientOf(address, 3)}`) : undefined;
}

const SECOND_FACTOR = [
  `"second-factor";q=${WRONG_GUESSES};w=${WINDOW}`,
  `"pair";q=${PAIR_DAY};w=${24 * WINDOW}`,
  `"pair-month";q=${PAIR_MONTH};w=${30 * 24 * WINDOW}`,
];

/** Counts `times` against the caller's budget. @throws Refusal `too_many_requests` with `retry_after` in seconds */
export async function spend(c: Context<AppEnv>, kind: RateName, times = 1): Promise<void> {
  const { limiters, config, vault } = c.var.service;
  const limiter = limiters[kind];
  const address = c.req.header('cf-connecting-ip');
  if (!limiter || address === undefined) return;
  // The address itself goes nowhere, not even to the counter.
  const key = await vault.factor(`client|${clientOf(address)}`);
  for (let i = 0; i < times; i++) {
    if ((await limiter.limit({ key })).success) continue;
    throw new Refusal('too_many_requests', 'There were too many requests from your address. Wait a moment and go on.', {
      retry_after: config.rates[kind]?.window ?? 60,
    });
  }
}

/** Says the limits of a route. */
export function announce(c: Context<AppEnv>, kind: RateName): void {
  const { limiters, config } = c.var.service;
  const rate = limiters[kind] && config.rates[kind];
  const policies = [
    ...(rate ? [`"${kind}";q=${rate.quota};w=${rate.window}`] : []),
    ...(kind === 'search' ? SECOND_FACTOR : []),
  ];
  if (policies.length > 0) c.header('RateLimit-Policy', policies.join(', '));
}

/** Limits how often a route is asked: says the limits and counts the request. */
export const rateLimit =
  (kind: RateName): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    announce(c, kind);
    await spend(c, kind);
    await next();
  };

/** Lets a form through that a person sent, where that is to be checked. @throws Refusal `human_check_failed` */
async function requireHuman(c: Context<AppEnv>, field: string | null): Promise<void> {
  const { isHuman } = c.var.service;
  const token = c.req.header('cf-turnstile-response') ?? field ?? '';
  if (isHuman && !(await isHuman(token)))
    throw new Refusal(
      'human_check_failed',
      'The check that a person sent this form failed. Go back, reload the page and send it again.',
    );
}

/** The fields of a form that a person sent. @throws Refusal `human_check_failed` */
export async function readHumanForm(c: Context<AppEnv>, limit?: number): Promise<URLSearchParams> {
  const form = await readFields(c, limit);
  await requireHuman(c, form.get('cf-turnstile-response'));
  return form;
}

/**
 * Who guesses a second factor. A program shows that a person asks by the header cf-turnstile-response.
 * @param form whether a form was read, which has checked it already @throws Refusal `human_check_failed`
 */
export async function askerOf(c: Context<AppEnv>, form: boolean): Promise<Guesser> {
  const checked = c.var.service.isHuman !== undefined && (form || c.req.header('cf-turnstile-response') !== undefined);
  if (checked && !form) await requireHuman(c, null);
  return { network: await senderOf(c, 'guesses'), human: checked };
}

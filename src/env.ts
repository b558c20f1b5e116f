/**
 * From the bindings of the platform to the Service: settings are read and checked once, with errors that name what is
 * missing. Nothing else in the code reads a binding by name.
 */

import * as v from 'valibot';
import { Recent } from './base/bounded.ts';
import { fromBase64url } from './base/bytes.ts';
import { isRefusal, isUnreadable } from './base/refusal.ts';
import { publicJwk } from './core/keys.ts';
import { Memo } from './core/statement.ts';
import { askTimestamp, verifyToken } from './service/outside-services.ts';
import type { Config, RateName, Service, Turnstile } from './service/service.ts';
import type { Assets, D1Database, R2Bucket, RateLimit } from './storage/database.ts';
import { loadFonts, loadStyles, loadVersions } from './storage/database.ts';
import { Vault } from './storage/vault.ts';

export interface Env {
  DB: D1Database;
  FILES: R2Bucket;
  ASSETS: Assets;
  PUBLIC_ORIGIN?: string;
  TRUST_ROOT?: string;
  TRUST_ROOT_JWKS?: string;
  ISSUER_HOST?: string;
  FORMER_HOSTS?: string;
  TIMESTAMP_URL?: string;
  /** Rate limits for each client address; where one is missing, there is no such limit. */
  RATE_LOOKUP?: RateLimit;
  RATE_SEARCH?: RateLimit;
  RATE_VERIFY?: RateLimit;
  RATE_LIMITS?: string;
  REQUIRE_NOTICE?: string;
  TURNSTILE_SITE_KEY?: string;
  TURNSTILE_SECRET?: string;
  TURNSTILE_URL?: string;
  DEMO_CLOCK?: string;
  MASTER_SECRET?: string;
  MASTER_SECRET_PREVIOUS?: string;
}

const RATES: readonly (string | undefined)[] = ['lookup', 'search', 'verify'] satisfies RateName[];

/** A deployment whose settings cannot work; the message names the setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const words = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/).filter(Boolean);

function readSecret(name: string, text: string): Uint8Array<ArrayBuffer> {
  try {
    const bytes = fromBase64url(text.trim());
    if (bytes.length === 32) return bytes;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  throw new ConfigError(`${name} must be 32 random bytes in base64url (43 characters).`);
}

function readTimestampUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new ConfigError('TIMESTAMP_URL must be the address of a timestamp authority (http or https), or empty.');
  return text;
}

function readYes(name: string, text: string | undefined): boolean {
  if (text !== undefined && text !== '' && text !== 'yes') throw new ConfigError(`${name} is "yes" or empty.`);
  return text === 'yes';
}

function readRates(text: string | undefined): Config['rates'] {
  return Object.fromEntries(
    words(text).map((word) => {
      const [, name, quota, window] = /^(\w+)=([1-9]\d{0,8})\/(10|60)$/.exec(word) ?? [];
      if (!RATES.includes(name))
        throw new ConfigError(`RATE_LIMITS says what the rate limits are set to, like lookup=600/60; ${word} is none.`);
      return [name, { quota: Number(quota), window: Number(window) }];
    }),
  );
}

function readTurnstile({
  TURNSTILE_SITE_KEY: siteKey,
  TURNSTILE_SECRET: secret,
  TURNSTILE_URL: url,
}: Env): Turnstile | undefined {
  if (!siteKey && !secret) return undefined;
  if (!siteKey || !secret) throw new ConfigError('TURNSTILE_SITE_KEY and TURNSTILE_SECRET go together.');
  return { siteKey, secret, url: url || 'https://challenges.cloudflare.com/turnstile/v0/siteverify' };
}

/** A service that anybody else can reach must never take its time from a request. */
function readDemoClock(text: string | undefined, hostname: string): boolean {
  if (!text) return false;
  if (text !== 'on' || !['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    throw new ConfigError('DEMO_CLOCK is empty, or on for a demonstration whose PUBLIC_ORIGIN is localhost.');
  return true;
}

/** Checks the bindings. @throws ConfigError naming the setting */
export function readConfig(env: Env): Config {
  if (!env.DB) throw new ConfigError('The D1 binding DB is missing.');
  if (!env.FILES) throw new ConfigError('The R2 binding FILES is missing.');
  if (!env.ASSETS) throw new ConfigError('The static assets binding ASSETS is missing.');
  let url: URL;
  try {
    url = new URL(env.PUBLIC_ORIGIN ?? '');
  } catch {
    throw new ConfigError('PUBLIC_ORIGIN must be the address of the service, e.g. https://certificates.example.cn');
  }
  if (!/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash)
    throw new ConfigError('PUBLIC_ORIGIN is scheme, host and port, without a path.');
  const trustRoot = words(env.TRUST_ROOT);
  if (trustRoot.length === 0 || trustRoot.some((thumb) => !/^[A-Za-z0-9_-]{43}$/.test(thumb))) {
    throw new ConfigError(
      "TRUST_ROOT must hold the RFC 7638 thumbprint (SHA-256, base64url) of the province's root key.",
    );
  }
  let roots: unknown;
  try {
    roots = JSON.parse(env.TRUST_ROOT_JWKS ?? '');
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const rootJwks = v.safeParse(v.pipe(v.array(publicJwk), v.minLength(1)), roots);
  if (!rootJwks.success) throw new ConfigError('TRUST_ROOT_JWKS must be a JSON array with the public root keys.');
  if (!env.MASTER_SECRET) throw new ConfigError('The secret MASTER_SECRET is missing.');
  return {
    origin: url.origin,
    issuerHost: (env.ISSUER_HOST || url.host).replace(':', '%3A'),
    hosts: [url.host, ...words(env.FORMER_HOSTS)],
    trustRoot,
    rootJwks: rootJwks.output,
    timestampUrl: readTimestampUrl(env.TIMESTAMP_URL),
    rates: readRates(env.RATE_LIMITS),
    turnstile: readTurnstile(env),
    demoClock: readDemoClock(env.DEMO_CLOCK, url.hostname),
    requireNotice: readYes('REQUIRE_NOTICE', env.REQUIRE_NOTICE),
    masterSecret: readSecret('MASTER_SECRET', env.MASTER_SECRET),
    previousSecret: env.MASTER_SECRET_PREVIOUS
      ? readSecret('MASTER_SECRET_PREVIOUS', env.MASTER_SECRET_PREVIOUS)
      : undefined,
  };
}

const services = new WeakMap<object, Service>();

const systemClock = (): number => Math.floor(Date.now() / 1000);

/** getRandomValues gives at most 65,536 bytes at a time; the status indexes of a large batch need more. */
const systemRandom = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

/** The same service at a moment that a request names (NumericDate), where a demonstration allows it. */
export function serviceAt(service: Service, moment: string | undefined): Service {
  if (!service.config.demoClock || moment === undefined || !/^\d{9,11}$/.test(moment)) return service;
  const at = Number(moment);
  return { ...service, now: () => at };
}

/** The service for these bindings, made at the first request. @throws ConfigError */
export function serviceOf(env: Env): Service {
  const known = services.get(env.DB);
  if (known) return known;
  const config = readConfig(env);
  const { timestampUrl, turnstile } = config;
  const once = <T>(load: () => Promise<T>): (() => Promise<T>) => {
    let loaded: Promise<T> | undefined;
    return () => {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
      return loaded;
    };
  };
  const service: Service = {
    config,
    db: env.DB,
    files: env.FILES,
    memo: new Memo(),
    lately: { batches: new Recent(500), rows: new Recent(2_000) },
    intact: new Recent(2_000),
    verified: new Recent(2_000),
    directories: new Recent(3),
    calendars: new Recent(3),
    vault: new Vault(env.DB, config, systemRandom, systemClock),
    now: systemClock,
    random: systemRandom,
    fonts: once(() => loadFonts(env.ASSETS)),
    versions: once(() => loadVersions(env.ASSETS)),
    styles: once(() => loadStyles(env.ASSETS)),
    signers: new Recent(500),
    statusLists: new Recent(20),
    assets: env.ASSETS,
    limiters: { lookup: env.RATE_LOOKUP, search: env.RATE_SEARCH, verify: env.RATE_VERIFY },
    isHuman: turnstile && ((token) => verifyToken(turnstile, token, (url, init) => fetch(url, init))),
    timestamp:
      timestampUrl === undefined
        ? undefined
        : (digest) => askTimestamp(timestampUrl, digest, systemRandom(16), (url, init) => fetch(url, init)),
  };
  services.set(env.DB, service);
  return service;
}

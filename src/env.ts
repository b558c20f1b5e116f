/**
 * Owns the step from bindings to Config: read once, checked once, with errors that name what is missing.
 * It refuses to start half configured; nothing else in the code reads a binding by name.
 */

import * as v from 'valibot';
import { fromBase64url } from './base/bytes.ts';
import { isRefusal, isUnreadable } from './base/refusal.ts';
import { type PublicJwk, publicJwk } from './core/schema.ts';
import type { Assets, D1Database, R2Bucket, RateLimit } from './storage/bindings.ts';

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
  /** Brakes for each client address; where one is missing, that brake is off. */
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

/** What is braked: look-ups by number; searches and downloads with personal data; checking what people bring. */
const BRAKES = ['lookup', 'search', 'verify'] as const;
export type Brake = (typeof BRAKES)[number];

/** The optional check that a person sits at a form. */
export interface Turnstile {
  siteKey: string;
  secret: string;
  url: string;
}

export interface Config {
  /** `https://host[:port]`, without a slash at the end. */
  origin: string;
  /** Host and port as they stand in did:web, percent-encoded. */
  issuerHost: string;
  /** Hosts (with port) that QR codes may name. */
  hosts: readonly string[];
  trustRoot: readonly string[];
  rootJwks: readonly PublicJwk[];
  /** A timestamp authority (RFC 3161); undefined leaves signatures without a proved time. */
  timestampUrl: string | undefined;
  /** What the brakes are set to, in requests and seconds: the bindings do not tell. */
  rates: Partial<Record<Brake, { quota: number; window: number }>>;
  turnstile: Turnstile | undefined;
  /** Requests may bring their own time: for a demonstration on this machine, which passes weeks in seconds. */
  demoClock: boolean;
  /** Whether results come in through their notice alone. */
  requireNotice: boolean;
  masterSecret: Uint8Array<ArrayBuffer>;
  previousSecret: Uint8Array<ArrayBuffer> | undefined;
}

/** A deployment whose settings cannot work; the message names the setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const words = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/).filter(Boolean);

function secret(name: string, text: string): Uint8Array<ArrayBuffer> {
  try {
    const bytes = fromBase64url(text.trim());
    if (bytes.length === 32) return bytes;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  throw new ConfigError(`${name} must be 32 random bytes in base64url (43 characters).`);
}

function timestampUrl(text: string | undefined): string | undefined {
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
      if (!(BRAKES as readonly (string | undefined)[]).includes(name))
        throw new ConfigError(`RATE_LIMITS says what the brakes are set to, like lookup=600/60; ${word} is none.`);
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
    timestampUrl: timestampUrl(env.TIMESTAMP_URL),
    rates: readRates(env.RATE_LIMITS),
    turnstile: readTurnstile(env),
    demoClock: readDemoClock(env.DEMO_CLOCK, url.hostname),
    requireNotice: readYes('REQUIRE_NOTICE', env.REQUIRE_NOTICE),
    masterSecret: secret('MASTER_SECRET', env.MASTER_SECRET),
    previousSecret: env.MASTER_SECRET_PREVIOUS
      ? secret('MASTER_SECRET_PREVIOUS', env.MASTER_SECRET_PREVIOUS)
      : undefined,
  };
}

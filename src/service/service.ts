/**
 * Owns the one object that everything with effects receives: configuration, storage, clock, randomness, and
 * what an isolate may remember (verified public statements, unwrapped keys, the fonts). One per set of bindings.
 */

import { Recent } from '../base/bounded.ts';
import type { Directory } from '../core/directory.ts';
import { Memo } from '../core/statement.ts';
import type { AnnouncedYear } from '../core/workdays.ts';
import { type Brake, type Config, type Env, readConfig } from '../env.ts';
import type { FontSet } from '../formats/font/font.ts';
import { loadFonts, loadStyles, loadVersions, type Styles, type Versions } from '../storage/assets.ts';
import type { Assets, D1Database, R2Bucket, RateLimit } from '../storage/bindings.ts';
import type { CertificateRow, Lately } from '../storage/certificate-store.ts';
import { Vault } from '../storage/vault.ts';
import type { Found } from './lookup.ts';
import type { FoundSigner } from './print-signature.ts';
import { askTimestamp } from './timestamp.ts';
import { verifyToken } from './turnstile.ts';

export interface Service {
  config: Config;
  db: D1Database;
  files: R2Bucket;
  memo: Memo;
  lately: Lately;
  /** Stored rows whose private part was found intact, by number (ciphertext, never what is in it). */
  intact: Recent<CertificateRow>;
  /** Outcomes of public look-ups, by number, with what they were found from and when (NumericDate). */
  verified: Recent<{ row: CertificateRow; directory: Directory; found: Found; at: number }>;
  /** Opened directories by the register's revision. */
  directories: Recent<Promise<Directory>>;
  /** Announced years of working days, by the register's revision. */
  calendars: Recent<Promise<AnnouncedYear[]>>;
  vault: Vault;
  /** NumericDate, whole seconds. */
  now(): number;
  random(length: number): Uint8Array<ArrayBuffer>;
  fonts(): Promise<FontSet>;
  /** Of the files that the pages load. */
  versions(): Promise<Versions>;
  /** What the pages look like, by part. */
  styles(): Promise<Styles>;
  /** Who signs the PDFs of a batch, by organization, key and filing. */
  signers: Recent<FoundSigner>;
  /** Status lists as signed within the last minute, by what they say. */
  statusLists: Recent<Promise<string>>;
  assets: Assets;
  limiters: Record<Brake, RateLimit | undefined>;
  /** Whether a form's token is a person's; undefined where nobody asks. */
  isHuman: ((token: string) => Promise<boolean>) | undefined;
  /** Asks the timestamp authority, if one is configured, for a token over a SHA-256 digest. */
  timestamp: ((digest: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>) | undefined;
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

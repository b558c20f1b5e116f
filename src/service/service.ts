/**
 * What everything with effects receives: settings, storage, clock, randomness, and what an isolate may remember
 * (verified public statements, unwrapped keys, fonts, outcomes of look-ups). src/env.ts makes one for each set of
 * bindings.
 */
import type { Recent } from '../base/bounded.ts';
import { isRefusal } from '../base/refusal.ts';
import type { AnnouncedYear } from '../core/calendar.ts';
import type { Directory } from '../core/directory.ts';
import type { Holder } from '../core/disclose.ts';
import type { PublicJwk } from '../core/keys.ts';
import type { Memo } from '../core/statement.ts';
import type { Verification } from '../core/verify.ts';
import type { FontSet } from '../formats/font/font.ts';
import type { SignBy } from '../formats/pades/sign-pdf.ts';
import type { CertificateRow, Lately } from '../storage/certificate-store.ts';
import type { Assets, D1Database, R2Bucket, RateLimit, Styles, Versions } from '../storage/database.ts';
import type { Vault, VaultConfig } from '../storage/vault.ts';

/**
 * What is limited for each client address: look-ups by number; searches and downloads with personal data; checks of
 * what people bring.
 */
export type RateName = 'lookup' | 'search' | 'verify';

/** The optional check that a person sits at a form. */
export interface Turnstile {
  siteKey: string;
  secret: string;
  url: string;
}

export interface Config extends VaultConfig {
  /** `https://host[:port]`, without a slash at the end. */
  origin: string;
  /** Hosts (with port) that QR codes may name. */
  hosts: readonly string[];
  trustRoot: readonly string[];
  rootJwks: readonly PublicJwk[];
  /** A timestamp authority (RFC 3161); undefined leaves signatures without a proved time. */
  timestampUrl: string | undefined;
  /** What the rate limits are set to, in requests and seconds: the bindings do not tell. */
  rates: Partial<Record<RateName, { quota: number; window: number }>>;
  turnstile: Turnstile | undefined;
  /** Requests may bring their own time: for a demonstration on this machine, which passes weeks in seconds. */
  demoClock: boolean;
  /** Whether results come in through their notice alone. */
  requireNotice: boolean;
}

/** A certificate read from the register and verified. */
export interface Found {
  row: CertificateRow;
  verification: Verification;
  disclosures: string[];
  /** Undefined when the stored disclosures do not verify. */
  holder: Holder | undefined;
}

/** Who signs, as found at an instant; it stands while the register's revision stays, and until `until` at most. */
export interface FoundSigner {
  revision: number;
  from: number;
  until: number;
  by: Omit<SignBy, 'at' | 'fieldName'> | undefined;
}

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
  limiters: Record<RateName, RateLimit | undefined>;
  /** Whether a form's token is a person's; undefined where nobody asks. */
  isHuman: ((token: string) => Promise<boolean>) | undefined;
  /** Asks the timestamp authority, if one is configured, for a token over a SHA-256 digest. */
  timestamp: ((digest: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>) | undefined;
}

// One thing of many that nobody waits for, tried on its own: what is damaged keeps nothing behind it waiting.

/**
 * Does some work of the scheduled sweep; a failure is reported in the log and ends here. The report names the task,
 * what it was `about` and where it failed, never the error's message: that may quote what was stored.
 * @returns whether it was done
 */
export async function attempt(
  task: string,
  about: Record<string, string | number>,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const { name, stack } = error as Error;
    const at = (stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 3)
      .map((line) => line.trim());
    console.error(
      JSON.stringify({
        event: 'sweep_failed',
        task,
        ...about,
        ...(isRefusal(error) ? { code: error.code } : { name, at }),
      }),
    );
    return false;
  }
}

/**
 * Reports a line of the register that a list leaves out because it was altered: which one, and nothing of what it says.
 */
export const reportDamaged = (table: 'cases' | 'issuing_keys', id: string): void =>
  console.error(JSON.stringify({ event: 'line_left_out', table, id }));

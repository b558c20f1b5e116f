/**
 * The search form and the look of a field with its fault. Works without JavaScript, by POST, so that no personal data
 * enters an address.
 */

import type { Context } from 'hono';
import { createContext, type FC, type PropsWithChildren, useContext } from 'hono/jsx';
import type { Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import type { AppEnv } from '../../http/context.ts';
import { readHumanForm } from '../../http/rate-limit.ts';
import { FAULTS, numberWords } from '../words/refusal-words.ts';
import { Both, En } from './layout.tsx';

export type FieldName = 'number' | 'name' | 'id_number' | 'purpose' | 'expires_on';
export type Typed = Partial<Record<FieldName, string>>;
export type FieldFaults = Partial<Record<FieldName, Words>>;

const LABELS: Record<FieldName, Words> = {
  number: { zh: '证书编号', en: 'Certificate number' },
  name: { zh: '姓名', en: 'Name' },
  id_number: { zh: '证件号码', en: 'Document number' },
  purpose: { zh: '用途', en: 'Purpose' },
  expires_on: { zh: '截止日期', en: 'Last day' },
};
const HINTS: Record<FieldName, Words | undefined> = {
  number: {
    zh: '可直接粘贴：编号（1 个字母加 21 位数字）、二维码里的网址，或含有编号的一句话',
    en: 'Paste a number (one letter and 21 digits), the web address in a QR code, or a sentence with the number in it',
  },
  name: undefined,
  purpose: {
    zh: '印在副本上，例如：申请技能提升补贴',
    en: 'Printed on the copy, e.g. application for a training subsidy',
  },
  expires_on: {
    zh: '到期后核验会提示副本已过期，证书本身不受影响',
    en: 'After it, checking the copy says that it has run out; the certificate itself is not touched',
  },
  id_number: {
    zh: '领证时登记的身份证、护照等证件的号码',
    en: 'Of the ID card, passport or other document on the certificate',
  },
};

interface FieldProps {
  name: FieldName;
  /** Keeps ids apart where two forms share a page. */
  form: string;
  typed?: Typed | undefined;
  faults?: FieldFaults | undefined;
  required?: boolean;
}

/** The look of a field: its label, what is wrong with it, the control (the children), a hint. */
export const FieldBox: FC<
  PropsWithChildren<{ id: string; label: Words; hint?: Words | undefined; fault?: Words | undefined }>
> = ({ id, label, hint, fault, children }) => (
  <div class={fault ? 'field wrong' : 'field'}>
    <label for={id}>
      <Both words={label} />
    </label>
    {fault ? (
      <p class="fault" id={`${id}-fault`}>
        <Both words={fault} />
      </p>
    ) : null}
    {children}
    {hint ? (
      <p class="hint" id={`${id}-hint`}>
        <Both words={hint} />
      </p>
    ) : null}
  </div>
);

/** What a control says of its fault and hint. */
export function saidOf(id: string, hint: Words | undefined, fault: Words | undefined) {
  const described = [fault ? `${id}-fault` : '', hint ? `${id}-hint` : ''].filter(Boolean).join(' ');
  return {
    ...(fault ? { 'aria-invalid': 'true' as const, autofocus: true } : {}),
    ...(described ? { 'aria-describedby': described } : {}),
  };
}

export const Field: FC<FieldProps> = ({ name, form, typed = {}, faults = {}, required = false }) => {
  const id = `${form}-${name}`;
  const hint = HINTS[name];
  const fault = faults[name];
  return (
    <FieldBox id={id} label={LABELS[name]} hint={hint} fault={fault}>
      <input
        id={id}
        name={name}
        {...(name === 'expires_on' ? { type: 'date' } : { type: 'text', maxlength: name === 'number' ? 2000 : 200 })}
        value={typed[name] ?? ''}
        autocomplete="off"
        autocapitalize={name === 'name' ? 'words' : 'characters'}
        spellcheck={false}
        required={required}
        {...saidOf(id, hint, fault)}
      />
    </FieldBox>
  );
};

/** Open where something was typed there, or is missing there. */
const SecondStep: FC<{ typed: Typed; faults: FieldFaults }> = ({ typed, faults }) => (
  <details open={[typed.name, typed.id_number, faults.name, faults.id_number].some((one) => one !== undefined)}>
    <summary>
      没有编号，或要核对姓名、证件号码<En>No number, or to compare name and document number</En>
    </summary>
    <fieldset>
      <legend>
        编号、姓名、证件号码，任填两项
        <En>Any two of number, name and document number</En>
      </legend>
      <Field name="name" form="search" typed={typed} faults={faults} />
      <Field name="id_number" form="search" typed={typed} faults={faults} />
    </fieldset>
    <p class="hint">
      所填内容只用于本次核对，不写入网址，也不保存。
      <En>Used for this check only: neither put into an address nor stored.</En>
    </p>
  </details>
);

export const SearchForm: FC<{ typed?: Typed | undefined; faults?: FieldFaults | undefined; again?: boolean }> = ({
  typed = {},
  faults = {},
  again = false,
}) => (
  <form method="post" action="/search" id="search" class="card" novalidate>
    <h2>
      {again ? '重新查询' : '查询证书'}
      <En>{again ? 'Search again' : 'Search'}</En>
    </h2>
    <Field name="number" form="search" typed={typed} faults={faults} />
    <SecondStep typed={typed} faults={faults} />
    <Human />
    <button type="submit">
      查询<En>Search</En>
    </button>
  </form>
);

// Turnstile's widget in forms: the one thing of another host that a page may load, and only where a site key is
// configured.

/** The deployer's site key, if there is one. */
export const SiteKey = createContext<string | undefined>(undefined);

export const Human: FC = () => {
  const siteKey = useContext(SiteKey);
  if (siteKey === undefined) return null;
  return (
    <>
      <div class="cf-turnstile" data-sitekey={siteKey} data-language="auto"></div>
      <script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer></script>
    </>
  );
};

// What a person typed into a form of the pages, and what is wrong with it, in words beside its field.

/** Longest entry of a form; an address with a seal has up to 900 digits. */
const LONGEST: Record<FieldName, number> = { number: 2000, name: 200, id_number: 200, purpose: 200, expires_on: 20 };
const FIELDS = Object.keys(LONGEST) as FieldName[];

/** Fields of a form as typed; unknown ones are dropped. */
export async function readForm(c: Context<AppEnv>): Promise<Typed & { want?: string }> {
  const form = await readHumanForm(c);
  const typed: Typed & { want?: string } = {};
  for (const name of [...FIELDS, 'want'] as const) {
    const value = form.get(name)?.trim();
    if (value) typed[name] = value;
  }
  return typed;
}

/** Entries that are too long, and the blank ones among the `needed`. */
export function faultsOf(typed: Typed, needed: readonly FieldName[]): FieldFaults {
  const faults: FieldFaults = {};
  for (const name of FIELDS) {
    if ((typed[name]?.length ?? 0) > LONGEST[name]) faults[name] = FAULTS.too_long as Words;
    else if (needed.includes(name) && typed[name] === undefined) faults[name] = FAULTS[`${name}_missing`] as Words;
  }
  return faults;
}

export const some = (faults: FieldFaults): boolean => Object.keys(faults).length > 0;

/** What is wrong with a number, in words; undefined for refusals about something else. */
export function numberFault(refusal: Refusal): Words | undefined {
  if (refusal.code !== 'number_malformed') return FAULTS[refusal.code];
  return numberWords(refusal.facts.part, refusal.facts.length);
}

/** What is wrong with a name that cannot be compared, in words; undefined for refusals about something else. */
export function nameFault({ code, facts }: Refusal): Words | undefined {
  if (code === 'name_damaged') return FAULTS[code];
  if (code !== 'name_lookalike') return undefined;
  const { found, proper } = facts as { found?: string; proper?: string };
  return {
    zh: `姓名中的 ${found} 是部首或兼容字符，请改用 ${proper}；未作比对`,
    en: `The name has ${found}, a radical or compatibility character; write ${proper}. Nothing was compared`,
  };
}

/**
 * Owns the search of the home page: one box that takes a number, an address or a sentence, and with a name or document
 * number the search by two of three. A number alone leads to the page of its certificate.
 * It refuses what cannot be looked up beside the field it stands in, and never says why a search found nothing.
 */
import type { Context } from 'hono';
import { isRefusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { writeFragment } from '../../core/address.ts';
import { readPasted } from '../../core/pasted.ts';
import type { AppEnv } from '../../http/context.ts';
import { askerOf } from '../../http/rate-limit.ts';
import { centreNames } from '../../service/on-file.ts';
import { search } from '../../service/search-certificates.ts';
import type { FieldFaults, Typed } from '../frame/form.tsx';
import { faultsOf, nameFault, numberFault, readForm, some } from '../frame/form-input.ts';
import { hostOf, noStore, page } from '../frame/page-response.tsx';
import { FAULTS } from '../words/page-words.ts';
import { HomePage } from './home.tsx';

type C = Context<AppEnv>;

const refuse = (c: C, status: number, typed: Typed, faults: FieldFaults, notice?: Words) =>
  page(c, status, <HomePage host={hostOf(c)} typed={typed} faults={faults} {...(notice ? { notice } : {})} />);

export async function searchPage(c: C): Promise<Response> {
  const { service } = c.var;
  const typed = await readForm(c);
  const { name, id_number } = typed;
  const alone = name === undefined && id_number === undefined;
  const faults = faultsOf(
    typed,
    alone && typed.number === undefined ? ['number'] : typed.number === undefined ? ['name', 'id_number'] : [],
  );
  if (some(faults)) return refuse(c, 400, typed, faults);
  try {
    const pasted =
      typed.number === undefined ? undefined : readPasted(typed.number, (host) => service.config.hosts.includes(host));
    if (pasted?.kind === 'nothing') return refuse(c, 400, typed, { number: FAULTS.number_not_in_text as Words });
    if (pasted?.kind === 'several') {
      if (!alone) return refuse(c, 400, typed, { number: FAULTS.one_number_only as Words });
      return page(c, 200, <HomePage host={hostOf(c)} typed={{}} several={pasted} />);
    }
    if (pasted && alone) {
      // The digits of an address stay behind the #, where its page checks them.
      const fragment = pasted.kind === 'address' ? writeFragment(pasted) : '';
      return c.body(null, 303, { ...noStore, Location: `/c/${pasted.number}${fragment}` });
    }
    const number = pasted?.number;
    const reports = await search(service, { number, name, id_number }, await askerOf(c, true));
    return page(
      c,
      200,
      <HomePage host={hostOf(c)} typed={{}} results={{ reports, centres: await centreNames(service) }} />,
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'no_match') return refuse(c, 404, typed, {}, FAULTS.no_match);
    if (error.code === 'pair_locked') {
      c.header('Retry-After', String(error.facts.retry_after));
      return refuse(c, 429, typed, { number: FAULTS.pair_locked as Words });
    }
    const wrongName = nameFault(error);
    if (wrongName) return refuse(c, 400, typed, { name: wrongName });
    const fault = numberFault(error);
    if (!fault) throw error;
    return refuse(c, 400, typed, { number: fault });
  }
}

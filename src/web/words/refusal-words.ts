/**
 * The Chinese of refusals whose facts say more than a title can: the free code, the day, the column. Without the
 * facts that its sentence needs a refusal has none, and its title stands.
 */
import { knownLabel } from '../../core/field-words.ts';
import { NUMBER_PARTS, numberWords } from './page-words.ts';
import { ROLE_WORDS } from './step-words.ts';

type Facts = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Columns as the templates call them. */
const columnName = (name: string): string =>
  name === 'job_types' ? '工种' : name === 'number' ? '证书编号' : (knownLabel(name)?.zh ?? name);

const DAY_FAULTS: Readonly<Record<string, string>> = {
  unreadable: '不是日期，请写成 10-01、2027-10-01 或 10-01..10-07',
  other_year: '不在所公布的年份内',
  repeated: '重复出现',
  not_weekend: '不是周六或周日，本来就是工作日',
};

/** Parts of an organization code stand where they stand in a certificate number; its length is its own. */
const codePart = (part: string | undefined): string | undefined =>
  part === 'length' ? '机构编码共 13 位，如 S000037000001' : part === undefined ? undefined : NUMBER_PARTS[part]?.zh;

const WORDS: Readonly<Record<string, (facts: Facts) => string | undefined>> = {
  number_malformed: ({ part, length }) => numberWords(text(part), length)?.zh,
  organization_code_malformed({ part }) {
    const why = codePart(text(part));
    return why && `机构编码格式不正确：${why}`;
  },
  code_taken({ organization, free }) {
    const code = text(organization);
    return (
      code &&
      `机构编码 ${code} 已属于另一家单位${text(free) === undefined ? '' : `，请用未使用的编码，如 ${text(free)}`}；只有省中心可以收回编码`
    );
  },
  calendar_day_wrong({ day, part, fault }) {
    const [which, why] = [text(part)?.endsWith('workdays') ? '调休上班日' : '放假日', DAY_FAULTS[text(fault) ?? '']];
    return text(day) && why && `${which}“${text(day)}”${why}`;
  },
  uscc_wrong: () => '统一社会信用代码的校验码不符，请逐位核对',
  batch_closed({ state }) {
    if (state === 'returned') return '该批次已被退回，请修改后作为新批次重新上传';
    return state === 'issuing' || state === 'issued' ? '该批次已下达颁发指令，不能再审核、退回' : undefined;
  },
  csv_columns_missing({ columns }) {
    const missing = texts(columns).map(columnName);
    return missing.length === 0 ? undefined : `文件缺少必需的列：${missing.join('、')}`;
  },
  role_wrong({ allowed }) {
    const who = texts(allowed).flatMap((role) => ROLE_WORDS[role]?.zh ?? []);
    return who.length === 0 ? undefined : `您的角色无权进行此操作，须由${who.join('或')}办理`;
  },
  out_of_reach: ({ centre }) =>
    text(centre) &&
    `该机构已由另一中心（${text(centre)}）备案，由该中心或省中心办理；此前上传的批次由其退回，机构重新上传`,
  filed_by_other_centre: ({ centre }) =>
    text(centre) &&
    `上传之后，机构已改由另一中心（${text(centre)}）备案，本批次不能审核和颁发；请该中心或省中心退回，机构重新上传`,
};

/** What a refusal says in Chinese, filled from its facts; undefined where its title says it all. */
export const refusalWords = (code: string, facts: Facts): string | undefined =>
  Object.hasOwn(WORDS, code) ? WORDS[code]?.(facts) : undefined;
